using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models of sentences.</summary>
internal static partial class Text
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier("mean of embeddings", () => new Averaged(), Matrix.Sentences(), ["embedding."], Phase.Full),
        Matrix.Classifier(
            "convolutions over words",
            () => new WordConvolutions(),
            Matrix.Sentences(),
            ["conv4."],
            Phase.Matching("conv4"),
            ["head", "dropout"]),
        new ModelCase.Of<Masked>(
            "tokens and their mask",
            () => new Masked(),
            () => ([Matrix.Tokens(), Matrix.Mask()], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["mixer.1."],
            Fine = Phase.Matching("mixer.1"),
        },
        new ModelCase.Of<Pair>(
            "question and answer through one embedding",
            () => new Pair(),
            () => ([Matrix.Tokens(), Matrix.Tokens()], rand(ModelCase.Samples).round()),
            Losses.BinaryCrossEntropyWithLogits(),
            (model, x, y) => functional.binary_cross_entropy_with_logits(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["words."],
            Fine = Phase.Full,
        },
        new ModelCase.Of<Tagger>(
            "a label for each token",
            () => new Tagger(),
            () => (Matrix.Tokens(), randint(0, 3, [ModelCase.Samples, 6])),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0]), y[0]))
        {
            Trains = ["mixer."],
            Fine = Phase.Matching("mixer"),
        },
        new ModelCase.Of<Segments>(
            "tokens, segments and positions",
            () => new Segments(),
            () => ([Matrix.Tokens(), randint(0, 2, [ModelCase.Samples, 6]), arange(6).expand(ModelCase.Samples, 6)], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1], x[2]), y[0]))
        {
            Trains = ["dense."],
            Fine = Phase.Matching("dense"),
            Heads = ["head", "pooler"],
        },
    ];

    internal sealed partial class Averaged : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding embedding = Embedding(20, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Averaged() : base(nameof(Averaged)) => RegisterComponents();

        public override Tensor forward(Tensor ids) => head.call(embedding.call(ids).mean([1]));
    }

    internal sealed partial class WordConvolutions : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding embedding = Embedding(20, 8);
        [Backbone] private readonly Conv1d conv3 = Conv1d(8, 8, 3);
        [Backbone] private readonly Conv1d conv4 = Conv1d(8, 8, 4);
        private readonly Dropout dropout = Dropout(0.1);
        [Head] private readonly Linear head = Linear(16, 3);

        public WordConvolutions() : base(nameof(WordConvolutions)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var words = embedding.call(ids).transpose(1, 2);
            var three = conv3.call(words).relu().amax([2]);
            var four = conv4.call(words).relu().amax([2]);
            return head.call(dropout.call(torch.cat([three, four], 1)));
        }
    }

    internal sealed partial class Masked : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding tokens = Embedding(20, 6);
        [Backbone] private readonly Sequential mixer = Sequential(Tanh(), Linear(6, 6));
        [Head] private readonly Linear head = Linear(6, 3);

        public Masked() : base(nameof(Masked)) => RegisterComponents();

        public override Tensor forward(Tensor ids, Tensor mask)
        {
            var each = mixer.call(tokens.call(ids));
            var weights = mask.unsqueeze(-1);
            return head.call((each * weights).sum(1) / weights.sum(1));
        }
    }

    internal sealed partial class Pair : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 6);
        [Head] private readonly Bilinear head = Bilinear(6, 6, 1);

        public Pair() : base(nameof(Pair)) => RegisterComponents();

        public override Tensor forward(Tensor question, Tensor answer)
        {
            var q = words.call(question).mean([1]);
            var a = words.call(answer).mean([1]);
            return head.call(q, a).squeeze(1);
        }
    }

    internal sealed partial class Tagger : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 8);
        [Backbone] private readonly Conv1d mixer = Conv1d(8, 8, 3, padding: 1);
        [Head] private readonly Linear head = Linear(8, 3);

        public Tagger() : base(nameof(Tagger)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var x = words.call(ids).permute(0, 2, 1);
            x = mixer.call(x).tanh().permute(0, 2, 1);
            return head.call(x).transpose(1, 2);
        }
    }

    internal sealed partial class Segments : Module<Tensor, Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding tokens = Embedding(20, 6);
        [Backbone] private readonly Embedding segments = Embedding(2, 6);
        [Backbone] private readonly Embedding positions = Embedding(6, 6);
        [Backbone] private readonly LayerNorm norm = LayerNorm(6);
        [Backbone] private readonly Linear dense = Linear(6, 6);
        [Head] private readonly Linear pooler = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Segments() : base(nameof(Segments)) => RegisterComponents();

        public override Tensor forward(Tensor ids, Tensor types, Tensor places)
        {
            using var scope = NewDisposeScope();
            var embedded = norm.call(tokens.call(ids) + segments.call(types) + positions.call(places));
            var hidden = functional.gelu(dense.call(embedded));
            var first = hidden.select(1, 0);
            var pooled = torch.tanh(pooler.call(first));
            return head.call(pooled).MoveToOuterDisposeScope();
        }
    }
}
