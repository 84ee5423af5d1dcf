using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models that use a part, or a weight, more than once.</summary>
internal static partial class Shared
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        new ModelCase.Of<TiedWords>(
            "a language model whose output is its embedding",
            () => new TiedWords(),
            () => (Matrix.Tokens(), Matrix.Tokens()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0]), y[0]))
        {
            Trains = ["mixer."],
            Fine = Phase.Matching("mixer"),
            Heads = ["head", "words"],
            Again = ["head.weight"],
            NotKept = "does not start with anything frozen",
        },
        Matrix.Classifier(
            "one layer run twice",
            () => new Twice(),
            () => (randn(ModelCase.Samples, 6), Matrix.Labels()),
            ["layer."],
            Phase.Full),
        new ModelCase.Of<Weights>(
            "one weight there and back",
            () => new Weights(),
            () => (randn(ModelCase.Samples, 6), rand(ModelCase.Samples, 6)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0]), y[0]))
        {
            Trains = ["encoder."],
            Fine = Phase.Full,
        },
        new ModelCase.Of<Distilled>(
            "a frozen teacher beside a student",
            () => new Distilled(),
            () => (randn(ModelCase.Samples, 6), [Matrix.Labels(), zeros(ModelCase.Samples, 3)]),
            Losses.Weighted(("student", Losses.CategoricalCrossEntropy(), 1.0), ("distance", Losses.MeanSquaredError(), 0.5)),
            (model, x, y) =>
            {
                var (student, distance) = model.call(x[0]);
                return functional.cross_entropy(student, y[0]) + 0.5 * functional.mse_loss(distance, y[1]);
            })
        {
            Trains = ["body.0."],
            Fine = Phase.Full,
        },
    ];

    internal sealed partial class TiedWords : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 6);
        [Backbone] private readonly Linear mixer = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 20, hasBias: false);

        public TiedWords() : base(nameof(TiedWords))
        {
            head.weight = words.weight!;
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids) => head.call(mixer.call(words.call(ids)).tanh()).transpose(1, 2);
    }

    internal sealed partial class Twice : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Linear layer = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Twice() : base(nameof(Twice)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var once = layer.call(x).tanh();
            var twice = layer.call(once).tanh();
            return head.call(twice);
        }
    }

    internal sealed partial class Weights : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Linear encoder = Linear(6, 4);
        [Head] private readonly Linear head = Linear(4, 4);

        public Weights() : base(nameof(Weights)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var code = encoder.call(x).tanh();
            var changed = head.call(code);
            return torch.matmul(changed, encoder.weight!);
        }
    }

    internal sealed partial class Distilled : Module<Tensor, (Tensor Student, Tensor Distance)>
    {
        [Backbone] private readonly Sequential body = Sequential(Linear(6, 5), ReLU());
        [Head] private readonly Linear head = Linear(5, 3);
        [Frozen] private readonly Sequential teacher = Sequential(Linear(6, 8), ReLU(), Dropout(0.5), Linear(8, 3));

        public Distilled() : base(nameof(Distilled)) => RegisterComponents();

        public override (Tensor Student, Tensor Distance) forward(Tensor x)
        {
            var wanted = teacher.call(x);
            var student = head.call(body.call(x));
            return (student, student - wanted);
        }
    }
}
