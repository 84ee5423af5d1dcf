using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models of tables.</summary>
internal static partial class Tables
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        new ModelCase.Of<Columns>(
            "columns of categories and of numbers",
            () => new Columns(),
            () => ([randint(0, 5, [ModelCase.Samples, 2]), randn(ModelCase.Samples, 3)], rand(ModelCase.Samples).round()),
            Losses.BinaryCrossEntropyWithLogits(),
            (model, x, y) => functional.binary_cross_entropy_with_logits(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["second."],
            Fine = Phase.Matching("second"),
        },
        new ModelCase.Of<WideAndDeep>(
            "wide and deep",
            () => new WideAndDeep(),
            () => (randn(ModelCase.Samples, 6), rand(ModelCase.Samples, 1)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0]), y[0]))
        {
            Trains = ["deep.2."],
            Fine = Phase.Matching("2"),
            Heads = ["wide", "top"],
        },
        Matrix.Classifier(
            "residual layers with norms",
            () => new ResidualTable(),
            () => (randn(ModelCase.Samples, 6), Matrix.Labels()),
            ["layers.1.linear"],
            Phase.Last(1, LayerUnit.Parameterized)),
        new ModelCase.Of<PictureAndTable>(
            "a picture and its table",
            () => new PictureAndTable(),
            () => ([randn(ModelCase.Samples, 3, 8, 8), randn(ModelCase.Samples, 4)], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["vision.2."],
            Fine = Phase.Matching("2"),
            Heads = ["table", "head"],
        },
        new ModelCase.Of<Counts>(
            "a Poisson regression with a loss of one's own",
            () => new Counts(),
            () => (randn(ModelCase.Samples, 4), randint(0, 5, [ModelCase.Samples]).to_type(ScalarType.Float32)),
            new Poisson(),
            (model, x, y) => functional.poisson_nll_loss(model.call(x[0]), y[0]))
        {
            Trains = ["body.0."],
            Fine = Phase.Full,
        },
    ];

    internal sealed partial class Columns : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding first = Embedding(5, 3);
        [Backbone] private readonly Embedding second = Embedding(5, 3);
        [Head] private readonly Sequential head = Sequential(Linear(9, 6), ReLU(), Linear(6, 1));

        public Columns() : base(nameof(Columns)) => RegisterComponents();

        public override Tensor forward(Tensor categories, Tensor numbers)
        {
            var a = first.call(categories.select(1, 0));
            var b = second.call(categories.select(1, 1));
            return head.call(torch.cat([a, b, numbers], 1)).squeeze(-1);
        }
    }

    internal sealed partial class WideAndDeep : Module<Tensor, Tensor>
    {
        [Head] private readonly Linear wide = Linear(6, 1);
        [Backbone] private readonly Sequential deep = Sequential(Linear(6, 5), ReLU(), Linear(5, 4), ReLU());
        [Head] private readonly Linear top = Linear(4, 1);

        public WideAndDeep() : base(nameof(WideAndDeep)) => RegisterComponents();

        public override Tensor forward(Tensor x) => wide.call(x) + top.call(deep.call(x));
    }

    internal sealed class ResidualLayer : Module<Tensor, Tensor>
    {
        private readonly BatchNorm1d norm = BatchNorm1d(6);
        private readonly Linear linear = Linear(6, 6);

        public ResidualLayer() : base(nameof(ResidualLayer)) => RegisterComponents();

        public override Tensor forward(Tensor x) => x + linear.call(norm.call(x).relu());
    }

    internal sealed partial class ResidualTable : Module<Tensor, Tensor>
    {
        [Backbone] private readonly ModuleList<ResidualLayer> layers = ModuleList(new ResidualLayer(), new ResidualLayer());
        [Head] private readonly Linear head = Linear(6, 3);

        public ResidualTable() : base(nameof(ResidualTable)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            for (var i = 0; i < layers.Count; i++)
            {
                x = layers[i].call(x);
            }

            return head.call(x);
        }
    }

    internal sealed partial class PictureAndTable : Module<Tensor, Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential vision = Sequential(
            Conv2d(3, 8, 3), ReLU(), Conv2d(8, 8, 3), ReLU(), AdaptiveAvgPool2d(1), Flatten());
        [Head] private readonly Linear table = Linear(4, 4);
        [Head] private readonly Linear head = Linear(12, 3);

        public PictureAndTable() : base(nameof(PictureAndTable)) => RegisterComponents();

        public override Tensor forward(Tensor picture, Tensor row) =>
            head.call(torch.cat([vision.call(picture), table.call(row).relu()], 1));
    }

    internal sealed partial class Counts : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential body = Sequential(Linear(4, 5), Tanh());
        [Head] private readonly Linear head = Linear(5, 1);

        public Counts() : base(nameof(Counts)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(body.call(x)).squeeze(1);
    }

    internal sealed class Poisson() : Loss("poisson")
    {
        public override Tensor PerSample(Tensor output, Tensor target) => output.exp() - target * output;
    }
}
