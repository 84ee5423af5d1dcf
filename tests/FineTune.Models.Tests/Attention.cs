using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Attention, with and without masks.</summary>
internal static partial class Attention
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier(
            "attention of one's own over tokens",
            () => new OwnAttention(),
            Matrix.Sentences(),
            ["value."],
            Phase.Matching("value")),
        new ModelCase.Of<Padded>(
            "multi-head attention with a padding mask",
            () => new Padded(),
            () => ([Matrix.Tokens(), Matrix.Mask()], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["feed."],
            Fine = Phase.Matching("feed"),
        },
        new ModelCase.Of<Crossed>(
            "attention from one sentence to another",
            () => new Crossed(),
            () => ([Matrix.Tokens(), Matrix.Tokens()], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["query.", "key."],
            Fine = Phase.Matching("query", "key"),
        },
        new ModelCase.Of<Causal>(
            "a language model with a causal mask",
            () => new Causal(),
            () => (Matrix.Tokens(), Matrix.Tokens()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0]), y[0]))
        {
            Trains = ["project."],
            Fine = Phase.Matching("project"),
        },
        Matrix.Classifier("TorchSharp's encoder layers", () => new Encoded(), Matrix.Sentences(), ["layer."], Phase.Matching("layer*")),
    ];

    internal sealed partial class OwnAttention : Module<Tensor, Tensor>
    {
        // Declared in another order than they run in.
        [Backbone] private readonly Linear value = Linear(6, 6);
        [Backbone] private readonly Linear key = Linear(6, 6);
        [Backbone] private readonly Linear query = Linear(6, 6);
        [Backbone] private readonly Embedding words = Embedding(20, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public OwnAttention() : base(nameof(OwnAttention)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var x = words.call(ids);
            var q = query.call(x);
            var k = key.call(x);
            var scores = torch.matmul(q, k.transpose(-2, -1)) / Math.Sqrt(6);
            var weights = functional.softmax(scores, -1);
            return head.call(torch.matmul(weights, value.call(x)).mean([1]));
        }
    }

    internal sealed partial class Padded : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 6);
        [Backbone] private readonly MultiheadAttention attention = MultiheadAttention(6, 2);
        [Backbone] private readonly Linear feed = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Padded() : base(nameof(Padded)) => RegisterComponents();

        public override Tensor forward(Tensor ids, Tensor mask)
        {
            var x = words.call(ids).transpose(0, 1);
            var padding = mask.eq(0);
            var attended = attention.call(x, x, x, padding, false, null).Item1;
            var y = feed.call(attended).relu().transpose(0, 1);
            var weights = mask.unsqueeze(-1);
            return head.call((y * weights).sum(1) / weights.sum(1));
        }
    }

    internal sealed partial class Crossed : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 6);
        [Backbone] private readonly Linear query = Linear(6, 6);
        [Backbone] private readonly Linear key = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Crossed() : base(nameof(Crossed)) => RegisterComponents();

        public override Tensor forward(Tensor first, Tensor second)
        {
            var q = query.call(words.call(first));
            var memory = words.call(second);
            var k = key.call(memory);
            var weights = q.bmm(k.transpose(1, 2)).softmax(-1);
            return head.call(weights.bmm(memory).mean([1]));
        }
    }

    internal sealed partial class Causal : Module<Tensor, Tensor>
    {
        private readonly Tensor hidden = torch.ones(6, 6).triu(1).to_type(ScalarType.Bool);
        [Backbone] private readonly Embedding words = Embedding(20, 8);
        [Backbone] private readonly Linear project = Linear(8, 24);
        [Head] private readonly Linear head = Linear(8, 20, hasBias: false);

        public Causal() : base(nameof(Causal)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var parts = project.call(words.call(ids)).chunk(3, -1);
            var scores = parts[0].bmm(parts[1].transpose(1, 2)) / Math.Sqrt(8);
            var weights = scores.masked_fill(hidden, float.NegativeInfinity).softmax(-1);
            return head.call(weights.bmm(parts[2])).transpose(1, 2);
        }
    }

    internal sealed partial class Encoded : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 8);
        [Backbone] private readonly TransformerEncoderLayer layer = TransformerEncoderLayer(8, 2, 16, dropout: 0);
        [Head] private readonly Linear head = Linear(8, 3);

        public Encoded() : base(nameof(Encoded)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var x = words.call(ids).transpose(0, 1);
            x = layer.call(x, null, null);
            return head.call(x.mean([0]));
        }
    }
}
