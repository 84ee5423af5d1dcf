using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models of several answers.</summary>
internal static partial class Detection
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        new ModelCase.Of<ClassAndBox>(
            "a class and a box, by name",
            () => new ClassAndBox(),
            () => (randn(ModelCase.Samples, 3, 8, 8), [Matrix.Labels(), rand(ModelCase.Samples, 4)]),
            Losses.Weighted(("class", Losses.CategoricalCrossEntropy(), 1.0), ("box", Losses.MeanSquaredError(), 0.5)),
            (model, x, y) =>
            {
                var (classes, box) = model.call(x[0]);
                return functional.cross_entropy(classes, y[0]) + 0.5 * functional.mse_loss(box, y[1]);
            })
        {
            Trains = ["body.3."],
            Fine = Phase.Matching("3"),
            Heads = ["classes", "box"],
        },
        new ModelCase.Of<ActorAndCritic>(
            "an actor and a critic, by position",
            () => new ActorAndCritic(),
            () => (randn(ModelCase.Samples, 5), [Matrix.Labels(), rand(ModelCase.Samples)]),
            Losses.Weighted((Losses.CategoricalCrossEntropy(), 1.0), (Losses.MeanSquaredError(), 0.25)),
            (model, x, y) =>
            {
                var (policy, value) = model.call(x[0]);
                return functional.cross_entropy(policy, y[0]) + 0.25 * functional.mse_loss(value.squeeze(1), y[1]);
            })
        {
            Trains = ["torso.2."],
            Fine = Phase.Matching("2"),
            Heads = ["actor", "critic"],
        },
        new ModelCase.Of<Supervised>(
            "a list of maps, deeply supervised",
            () => new Supervised(),
            () => (randn(ModelCase.Samples, 3, 8, 8), [Matrix.Labels(), Matrix.Labels()]),
            Losses.Weighted((Losses.CategoricalCrossEntropy(), 0.4), (Losses.CategoricalCrossEntropy(), 1.0)),
            (model, x, y) =>
            {
                var maps = model.call(x[0]);
                return 0.4 * functional.cross_entropy(maps[0], y[0]) + functional.cross_entropy(maps[1], y[1]);
            })
        {
            Trains = ["second."],
            Fine = Phase.Matching("second"),
            Heads = ["early", "late"],
        },
        new ModelCase.Of<Centres>(
            "a heat map and offsets, compared together",
            () => new Centres(),
            () => (randn(ModelCase.Samples, 3, 8, 8), [rand(ModelCase.Samples, 1, 8, 8), rand(ModelCase.Samples, 2, 8, 8)]),
            new WhereThereIsAnObject(),
            (model, x, y) =>
            {
                var (heat, offset) = model.call(x[0]);
                return (heat - y[0]).square().mean() + ((offset - y[1]).abs() * y[0]).mean();
            })
        {
            Trains = ["body.2."],
            Fine = Phase.Matching("2"),
            Heads = ["heat", "offset"],
        },
        new ModelCase.Of<MeanAndVariance>(
            "a mean and its variance, of which one is trained",
            () => new MeanAndVariance(),
            () => (randn(ModelCase.Samples, 5), rand(ModelCase.Samples, 1)),
            Losses.Weighted(("mean", Losses.MeanSquaredError(), 1.0)),
            (model, x, y) => functional.mse_loss(model.call(x[0]).Mean, y[0]))
        {
            Trains = ["body.0."],
            Fine = Phase.Matching("0"),
            Heads = ["mean"],
        },
    ];

    internal sealed partial class ClassAndBox : Module<Tensor, (Tensor Class, Tensor Box)>
    {
        [Backbone] private readonly Sequential body = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8), ReLU(), Conv2d(8, 8, 3), ReLU());
        [Head] private readonly Linear classes = Linear(8, 3);
        [Head] private readonly Linear box = Linear(8, 4);

        public ClassAndBox() : base(nameof(ClassAndBox)) => RegisterComponents();

        public override (Tensor Class, Tensor Box) forward(Tensor x)
        {
            var features = body.call(x).mean([2, 3]);
            return (classes.call(features), box.call(features).sigmoid());
        }
    }

    internal sealed partial class ActorAndCritic : Module<Tensor, (Tensor, Tensor)>
    {
        [Backbone] private readonly Sequential torso = Sequential(Linear(5, 6), Tanh(), Linear(6, 6), Tanh());
        [Head] private readonly Linear actor = Linear(6, 3);
        [Head] private readonly Linear critic = Linear(6, 1);

        public ActorAndCritic() : base(nameof(ActorAndCritic)) => RegisterComponents();

        public override (Tensor, Tensor) forward(Tensor state)
        {
            var hidden = torso.call(state);
            return (actor.call(hidden), critic.call(hidden));
        }
    }

    internal sealed partial class Supervised : Module<Tensor, Tensor[]>
    {
        [Backbone] private readonly Conv2d first = Conv2d(3, 8, 3);
        [Backbone] private readonly Conv2d second = Conv2d(8, 8, 3);
        [Head] private readonly Linear early = Linear(8, 3);
        [Head] private readonly Linear late = Linear(8, 3);

        public Supervised() : base(nameof(Supervised)) => RegisterComponents();

        public override Tensor[] forward(Tensor x)
        {
            var one = first.call(x).relu();
            var two = second.call(one).relu();
            return [early.call(one.mean([2, 3])), late.call(two.mean([2, 3]))];
        }
    }

    internal sealed partial class Centres : Module<Tensor, (Tensor Heat, Tensor Offset)>
    {
        [Backbone] private readonly Sequential body = Sequential(Conv2d(3, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU());
        [Head] private readonly Conv2d heat = Conv2d(8, 1, 1);
        [Head] private readonly Conv2d offset = Conv2d(8, 2, 1);

        public Centres() : base(nameof(Centres)) => RegisterComponents();

        public override (Tensor Heat, Tensor Offset) forward(Tensor x)
        {
            var features = body.call(x);
            return (heat.call(features).sigmoid(), offset.call(features));
        }
    }

    internal sealed class WhereThereIsAnObject() : JointLoss("where_there_is_an_object")
    {
        public override Tensor PerSample(Tensors outputs, Tensors targets) =>
            MeanPerSample((outputs[0] - targets[0]).square()) + MeanPerSample((outputs[1] - targets[1]).abs() * targets[0]);
    }

    internal sealed partial class MeanAndVariance : Module<Tensor, (Tensor Mean, Tensor Variance)>
    {
        [Backbone] private readonly Sequential body = Sequential(Linear(5, 6), ReLU());
        [Head] private readonly Linear mean = Linear(6, 1);

        public MeanAndVariance() : base(nameof(MeanAndVariance)) => RegisterComponents();

        public override (Tensor Mean, Tensor Variance) forward(Tensor x)
        {
            var hidden = body.call(x);
            return (mean.call(hidden), hidden.var(1, keepdim: true));
        }
    }
}
