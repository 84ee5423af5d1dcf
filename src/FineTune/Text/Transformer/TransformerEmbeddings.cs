using FineTune.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>What a token says and where it stands: [batch, length] of token numbers to [batch, length, width].</summary>
internal sealed class TransformerEmbeddings : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly TransformerArchitecture architecture;
    private readonly Scalar padding;
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly Embedding? token_type_embeddings;
    private readonly LayerNorm? LayerNorm;
    private readonly Dropout dropout;

    public TransformerEmbeddings(TransformerArchitecture architecture) : base(nameof(TransformerEmbeddings))
    {
        this.architecture = architecture;
        padding = architecture.PaddingToken;
        var width = architecture.FeatureWidth;
        register_module("word_embeddings", word_embeddings = Embedding(architecture.VocabularySize, width, architecture.PaddingToken));
        register_module("position_embeddings", position_embeddings = Embedding(architecture.MaxLength, width));
        if (architecture.TokenTypes > 0)
        {
            register_module("token_type_embeddings", token_type_embeddings = Embedding(architecture.TokenTypes, width));
        }

        if (!architecture.NormalizesFirst)
        {
            register_module("LayerNorm", LayerNorm = nn.LayerNorm(width, architecture.NormEpsilon));
        }

        register_module("dropout", dropout = Dropout(architecture.Dropout));
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var length = tokens.shape[1];
        if (length > architecture.MaxLength)
        {
            throw new FineTuneException($"A sentence has {length} tokens; '{architecture.Name}' takes at most {architecture.MaxLength}.");
        }

        var positions = arange(length, device: tokens.device).unsqueeze(0);
        var sum = word_embeddings.call(tokens) + position_embeddings.call(positions);
        if (token_type_embeddings is not null)
        {
            sum = sum + token_type_embeddings.call(zeros_like(tokens));
        }

        sum = dropout.call(LayerNorm?.call(sum) ?? sum);
        return Padding.Cleared(sum, tokens.ne(padding)).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var tokens = inputs[0];
        var positions = graph.Slice(graph.WeightOf(position_embeddings), 0, graph.Integers(0), graph.SizeOf(tokens, 1));
        var sum = graph.Add(graph.Call(word_embeddings, tokens), positions);
        if (token_type_embeddings is not null)
        {
            sum = graph.Add(sum, graph.Select(graph.WeightOf(token_type_embeddings), 0, 0));
        }

        sum = LayerNorm is null ? sum : graph.Call(LayerNorm, sum);
        var isPadding = graph.Add("Equal", [tokens, graph.Constant(tensor(architecture.PaddingToken, tokens.Type))]);
        return Padding.Cleared(graph, sum, graph.Add("Not", [isPadding]));
    }
}
