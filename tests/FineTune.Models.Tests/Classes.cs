using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>The forms that a class takes.</summary>
internal static partial class Classes
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier("a generic class", () => new Generic<Sequential>(Body()), Rows(), ["backbone.2."], Phase.Matching("2")),
        Matrix.Classifier(
            "a class that derives from an annotated one",
            () => new Derived(),
            Rows(),
            ["backbone.2."],
            Phase.Matching("2"),
            ["hidden", "head"]),
        Matrix.Classifier("a class that derives from a plain one", () => new OfPlainBase(), Rows(), ["stem."], Phase.Matching("stem")),
        Matrix.Classifier(
            "an annotated class as a backbone",
            () => new Nested(),
            Rows(),
            ["inner.backbone.2."],
            Phase.Matching("backbone.2"),
            ["head"]),
        Matrix.Classifier(
            "a backbone that comes from outside",
            () => new FromOutside(Body()),
            Rows(),
            ["backbone.2."],
            Phase.Matching("2")),
        Matrix.Classifier("parts that are called by forward", () => new ByForward(), Rows(), ["second."], Phase.Matching("second")),
        Matrix.Classifier("no forward at all", () => new Written(), Rows(), ["backbone.2."], Phase.Matching("2")),
        Matrix.Classifier("another way through in training", () => new Conditional(), Rows(), ["backbone.2."], Phase.Matching("2")),
        Matrix.Classifier("steps in helpers", () => new Helped(), Rows(), ["backbone.2."], Phase.Matching("2")),
        Matrix.Classifier("a switch among parts", () => new Switched(2), Rows(), ["second."], Phase.Matching("second")),
    ];

    private static Func<(Tensors, Tensors)> Rows() => () => (randn(ModelCase.Samples, 6), Matrix.Labels());

    private static Sequential Body() => Sequential(Linear(6, 6), Tanh(), Linear(6, 6), Tanh());

    internal sealed partial class Generic<TBackbone> : Module<Tensor, Tensor>
        where TBackbone : Module<Tensor, Tensor>
    {
        [Backbone] private readonly TBackbone backbone;
        [Head] private readonly Linear head = Linear(6, 3);

        public Generic(TBackbone backbone) : base("generic")
        {
            this.backbone = backbone;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
    }

    internal abstract partial class Pretrained : Module<Tensor, Tensor>
    {
        [Backbone] protected readonly Sequential backbone = Body();
        [Head] protected readonly Linear hidden = Linear(6, 5);

        protected Pretrained(string name) : base(name)
        {
        }
    }

    internal sealed partial class Derived : Pretrained
    {
        [Head] private readonly Linear head = Linear(5, 3);

        public Derived() : base(nameof(Derived)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(hidden.call(backbone.call(x)).relu());
    }

    internal abstract class Squashing<T> : Module<Tensor, Tensor>
    {
        private readonly Tanh tanh = Tanh();

        protected Squashing(string name) : base(name)
        {
        }

        protected Tensor Squashed(Tensor x) => tanh.call(x);
    }

    internal sealed partial class OfPlainBase : Squashing<int>
    {
        [Backbone] private readonly Linear stem = Linear(6, 6);
        [Backbone] private readonly Linear body = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public OfPlainBase() : base(nameof(OfPlainBase)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(Squashed(body.call(Squashed(stem.call(x)))));
    }

    internal sealed partial class Inner : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential backbone = Body();
        [Head] private readonly Linear neck = Linear(6, 5);

        public Inner() : base(nameof(Inner)) => RegisterComponents();

        public override Tensor forward(Tensor x) => neck.call(backbone.call(x));
    }

    internal sealed partial class Nested : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Inner inner = new();
        [Head] private readonly Linear head = Linear(5, 3);

        public Nested() : base(nameof(Nested)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(inner.call(x).relu());
    }

    internal sealed partial class FromOutside : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Module<Tensor, Tensor> backbone;
        [Head] private readonly Linear head;

        public FromOutside(Module<Tensor, Tensor> backbone, int width = 6, int classes = 3) : base("outside")
        {
            this.backbone = backbone;
            head = Linear(width, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
    }

    internal sealed partial class ByForward : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Linear first = Linear(6, 6);
        [Backbone] private readonly Linear second = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public ByForward() : base(nameof(ByForward)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.forward(second.forward(first.forward(x).tanh()).tanh());
    }

    internal sealed partial class Written : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential backbone = Body();
        [Head] private readonly Linear head = Linear(6, 3);

        public Written() : base(nameof(Written)) => RegisterComponents();
    }

    internal sealed partial class Conditional : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential backbone = Body();
        [Head] private readonly Linear head = Linear(6, 3);

        public Conditional() : base(nameof(Conditional)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var features = backbone.call(x);
            if (training)
            {
                features = features * 0.5;
            }

            return head.call(features);
        }
    }

    internal sealed partial class Helped : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential backbone = Body();
        [Head] private readonly Linear head = Linear(6, 3);

        public Helped() : base(nameof(Helped)) => RegisterComponents();

        public override Tensor forward(Tensor x) => Classify(Features(x));

        private Tensor Features(Tensor x) => backbone.call(Scaled(x));

        private Tensor Classify(Tensor features) => head.call(features);

        private static Tensor Scaled(Tensor x) => x / 2;
    }

    internal sealed partial class Switched : Module<Tensor, Tensor>
    {
        private readonly int depth;
        [Backbone] private readonly Linear first = Linear(6, 6);
        [Backbone] private readonly Linear second = Linear(6, 6);
        [Head] private readonly Linear head = Linear(6, 3);

        public Switched(int depth) : base(nameof(Switched))
        {
            this.depth = depth;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var y = first.call(x).tanh();
            var z = depth > 1 ? second.call(y).tanh() : y;
            return head.call(z);
        }
    }
}
