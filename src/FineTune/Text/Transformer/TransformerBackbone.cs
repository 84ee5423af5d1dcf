using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>
/// BERT-style encoders (Devlin et al., 2018, <see href="https://arxiv.org/abs/1810.04805"/>) without heads: each is a
/// <c>Sequential</c> of named stages, takes token numbers of shape [batch, length], filled up with the padding token,
/// and gives features of shape [batch, width]. Parameters have the names of Hugging Face's BERT; its DistilBERT files
/// load too, whose names <c>LoadBackbone</c> knows.
/// </summary>
/// <remarks>
/// From the embeddings on, a padded position is one whose features are all zero. So one tensor goes from stage to stage,
/// and what is frozen can be cut off between any two blocks.
/// </remarks>
/// <example>
/// <code>
/// TransformerArchitecture architecture = TransformerBackbone.Named("distilbert-base-uncased");
/// var tokenizer = WordPieceTokenizer.Load("vocab.txt", new() { LowerCase = architecture.LowerCase });
/// using Sequential backbone = architecture.Create();
/// using Tensor features = backbone.call(tensor(tokenizer.Encode("What a lovely film.", length: 32)).unsqueeze(0));
/// </code>
/// </example>
public static class TransformerBackbone
{
    /// <summary>All architectures that can be picked by name.</summary>
    public static IReadOnlyList<TransformerArchitecture> All { get; } =
    [
        new("bert-base-uncased") { VocabularySize = 30_522, Pooling = Pooling.Pooler },
        new("bert-base-cased") { VocabularySize = 28_996, LowerCase = false, Pooling = Pooling.Pooler },
        new("distilbert-base-uncased") { VocabularySize = 30_522, Blocks = 6, TokenTypes = 0 },
        new("distilbert-base-cased") { VocabularySize = 28_996, LowerCase = false, Blocks = 6, TokenTypes = 0 },
        new("all-MiniLM-L6-v2") { VocabularySize = 30_522, FeatureWidth = 384, Blocks = 6, InnerWidth = 1536, Pooling = Pooling.Mean },
        new("snowflake-arctic-embed-xs") { VocabularySize = 30_522, FeatureWidth = 384, Blocks = 6, InnerWidth = 1536 },
    ];

    /// <summary>The architecture of a name.</summary>
    /// <exception cref="FineTuneException">There is none; the sentence lists the names there are.</exception>
    public static TransformerArchitecture Named(string name) =>
        All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new FineTuneException(
            $"There is no transformer '{name}'; expected one of {string.Join(", ", All.Select(architecture => architecture.Name))}.");

    /// <summary>Makes a backbone with random weights: normal with a deviation of 0.02, as BERT's.</summary>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public static Sequential Create(TransformerArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        if (architecture.FeatureWidth % architecture.Heads != 0)
        {
            throw new ArgumentException(
                $"The width {architecture.FeatureWidth} of '{architecture.Name}' cannot be shared by {architecture.Heads} heads; "
                    + "expected a multiple.",
                nameof(architecture));
        }

        var blocks = Enumerable
            .Range(0, architecture.Blocks)
            .Select(i =>
                (
                    $"{i}",
                    architecture.NormalizesFirst
                        ? (Module<Tensor, Tensor>)new PreNormBlock(architecture)
                        : new PostNormBlock(architecture)));
        var encoder = new List<(string, Module<Tensor, Tensor>)> { ("layer", Sequential([.. blocks])) };
        if (architecture.NormalizesFirst)
        {
            encoder.Add(("ln", new PaddedNorm(architecture)));
        }

        var backbone = Sequential(
            ("embeddings", new TransformerEmbeddings(architecture)),
            ("encoder", Sequential([.. encoder])),
            architecture.Pooling == Pooling.Mean ? ("mean", new MeanOfTokens()) : ("first", new FirstToken()));
        if (architecture.Pooling == Pooling.Pooler)
        {
            backbone.append(
                "pooler",
                Sequential(("dense", Linear(architecture.FeatureWidth, architecture.FeatureWidth)), ("activation", Tanh())));
        }

        Initialize(backbone, architecture.PaddingToken);
        return backbone;
    }

    private static void Initialize(Sequential backbone, int padding)
    {
        foreach ((var name, var parameter) in backbone.named_parameters())
        {
            if (parameter.dim() > 1)
            {
                init.normal_(parameter, 0, 0.02);
            }
            else if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                init.zeros_(parameter);
            }

            if (name.EndsWith("word_embeddings.weight", StringComparison.Ordinal))
            {
                using (no_grad())
                {
                    parameter[padding].fill_(0);
                }
            }
        }
    }
}
