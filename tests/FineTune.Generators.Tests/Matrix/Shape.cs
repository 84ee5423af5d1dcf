using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>A way to write an annotated class. <c>BACKBONE</c> stands for the expression of a backbone.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Type">The full metadata name of the class.</param>
/// <param name="Backbones">The names of its backbones, in declaration order; empty where its layers have none in front.</param>
/// <param name="Heads">The names of what trains in every phase, and their rates in the head phase.</param>
/// <param name="Files">
/// The source. A line <c>// plain: …</c> is what a class without a generator needs in addition.
/// </param>
internal sealed record Shape(string Name, string Type, string[] Backbones, (string Name, double Rate)[] Heads, params string[] Files)
{
    private const double Stated = 5e-3;
    private const double Compiled = TwoPhases.HeadRate;

    /// <summary>A project of its own that the class's project references; empty where there is none.</summary>
    public string Library { get; init; } = "";

    /// <summary>Whether the class has one input and one output, which <c>Fit</c> and <c>TrainStep</c> know.</summary>
    public bool MapsTensorToTensor { get; init; } = true;

    /// <summary>Whether its forward pass can be cut in two.</summary>
    public bool Splits { get; init; } = true;

    /// <summary>What a model answers to an input.</summary>
    public Func<dynamic, Tensor, Tensor[]> Answers { get; init; } = (model, x) => [model.call(x)];

    /// <summary>What it takes, made of one input.</summary>
    public Func<Tensor, Tensors> Inputs { get; init; } = x => x;

    public static IReadOnlyList<Shape> All { get; } =
    [
        new("fields", "Demo.Model", ["backbone"], [("head", Stated)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head(LearningRate = 5e-3)] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x) => head.call(backbone.call(x));
            }
            """),
        new("properties", "Demo.Model", ["Backbone"], [("Head", Stated)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] public Sequential Backbone { get; } = BACKBONE;
                [Head(LearningRate = 5e-3)] private Linear Head { get; set; } = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x) => Head.call(Backbone.call(x));
            }
            """),
        new("nested and generic", "Outer`1+Host+Model`1", ["backbone"], [("head", Compiled)],
            """
            public static partial class Outer<T>
            {
                public partial struct Host
                {
                    [FineTuneLR(1e-4), UnfreezeLast(3)]
                    public sealed partial class Model<TBackbone> : Module<Tensor, Tensor> where TBackbone : Module<Tensor, Tensor>
                    {
                        [Backbone] private readonly TBackbone backbone = (TBackbone)(object)BACKBONE;
                        [Head] private readonly Linear head = Linear(8, 1);

                        public Model() : base("model") => RegisterComponents();

                        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
                    }
                }
            }
            """),
        new("partial over files", "Demo.Model", ["backbone"], [("head", Stated)],
            """
            namespace Demo;

            public partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;

                public Model() : base("model") => RegisterComponents();
            }
            """,
            """
            using F = TorchSharp.torch.nn.functional;

            namespace Demo
            {
                [FineTuneLR(1e-4), UnfreezeLast(3)]
                partial class Model
                {
                    [Head(LearningRate = 5e-3)] private readonly Linear head = Linear(8, 1);

                    public override Tensor forward(Tensor x)
                    {
                        var features = backbone.call(x);
                        return head.call(F.relu(features));
                    }
                }
            }
            """),
        new("forward written", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone;
                [Head] private readonly Linear head;

                public Model() : base("model")
                {
                    backbone = BACKBONE;
                    head = Linear(8, 1);
                    RegisterComponents();
                }

                // plain: public override Tensor forward(Tensor x) => head.call(backbone.call(x));
            }
            """),
        new("plain base class", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            public abstract class Scaled<T> : Module<Tensor, Tensor>
            {
                private readonly Tensor scale = full(1, 2.0f);

                protected Scaled(string name) : base(name) { }

                protected Tensor Scale(Tensor x) => x * scale;
            }

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Scaled<int>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x) => head.call(Scale(backbone.call(x)));
            }
            """),
        new("annotated base class", "Demo.Model", ["backbone"], [("hidden", Compiled), ("head", Stated)],
            """
            namespace Demo;

            [UnfreezeLast(3)]
            public abstract partial class Pretrained : Module<Tensor, Tensor>
            {
                [Backbone] protected readonly Sequential backbone = BACKBONE;
                [Head] protected readonly Linear hidden = Linear(8, 8);

                protected Pretrained(string name) : base(name) => RegisterComponents();
            }

            [FineTuneLR(1e-4)]
            public sealed partial class Model : Pretrained
            {
                [Head(LearningRate = 5e-3)] private readonly Linear head;

                public Model() : base("model")
                {
                    head = Linear(8, 1);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x) => head.call(hidden.call(backbone.call(x)));
                // plain: protected override void RegisterComponents() { if (head is not null) base.RegisterComponents(); }
            }
            """),
        new("two heads", "Demo.Model", ["backbone"], [("first", Stated), ("second", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head(LearningRate = 5e-3)] private readonly Sequential first = Sequential(("fc", Linear(8, 8)), ("norm", BatchNorm1d(8)), ("drop", Dropout(0.2)));
                [Head] private readonly Linear second = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    x = backbone.call(x);
                    x = x.relu() * 0.5;
                    x = first.call(x);
                    return second.call(x);
                }
            }
            """),
        new("two backbones", "Demo.Model", ["left", "right"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential left = BACKBONE;
                [Backbone] private readonly Sequential right = BACKBONE;
                [Head] private readonly Linear head = Linear(16, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var (one, other) = (left.call(x), right.call(x * 2));
                    return head.call(cat([one, other], 1));
                }
            }
            """),
        new("frozen teacher", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Frozen] private readonly Sequential teacher = BACKBONE;
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear head = Linear(8, 1);
                private readonly bool usesTeacher = true;

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var features = backbone.call(x);
                    var advice = usesTeacher ? teacher.call(x) : x;
                    return head.call(features + advice);
                }
            }
            """),
        new("nullable parts", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential? backbone;
                [Backbone] private readonly Sequential? other = null;
                [Head] private readonly Linear? head;
                [Head] private readonly Linear? auxiliary = null;

                public Model() : base("model")
                {
                    backbone = BACKBONE;
                    head = Linear(8, 1);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x)
                {
                    x = backbone!.call(x);
                    if (other is not null)
                        x = other.call(x);
                    return auxiliary is null ? head!.call(x) : auxiliary.call(x);
                }
            }
            """),
        new("escaped names", "@namespace.@class", ["base"], [("new", Compiled)],
            """
            namespace @namespace;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class @class : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential @base = BACKBONE;
                [Head] private readonly Linear @new = Linear(8, 1);

                public @class() : base("class") => RegisterComponents();

                public override Tensor forward(Tensor @in)
                {
                    var @out = @base.call(@in);
                    @out = @new.call(@out);
                    return @out;
                }
            }
            """),
        new("parameters and buffers", "Demo.Model", ["backbone"], [("scale", Compiled), ("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                private readonly Tensor mean = full(1, 0.5f);
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Parameter scale = new(ones(1));
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    using var scope = NewDisposeScope();
                    var features = backbone.call(x - mean);
                    return (head.call(features) * scale).MoveToOuterDisposeScope();
                }
            }
            """),
        new("module list", "Demo.Model", ["stages"], [("heads", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly ModuleList<Module<Tensor, Tensor>> stages = ModuleList<Module<Tensor, Tensor>>(BACKBONE);
                [Head] private readonly ModuleDict<Module<Tensor, Tensor>> heads = ModuleDict<Module<Tensor, Tensor>>(("first", Linear(8, 8)), ("last", Linear(8, 1)));

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    foreach (var stage in stages)
                        x = stage.call(x);
                    var hidden = heads["first"].call(x).tanh();
                    return heads["last"].call(hidden);
                }
            }
            """),
        new("a module of one's own", "Demo.Model", ["encoder"], [("head", Compiled)],
            """
            namespace Demo;

            public sealed class Encoder : Module<Tensor, Tensor>
            {
                private readonly Sequential body = BACKBONE;

                public Encoder() : base("encoder") => RegisterComponents();

                public override Tensor forward(Tensor x) => body.call(x).relu();
            }

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Encoder encoder = new();
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var features = encoder.call(x);
                    for (var i = 0; i < 2; i++)
                        features = features * 0.5;
                    return head.call(features);
                }
            }
            """),
        new("a module of one's own in a scope", "Demo.Model", ["encoder"], [("head", Compiled)],
            """
            namespace Demo;

            public sealed class Encoder : Module<Tensor, Tensor>
            {
                private readonly Sequential body = BACKBONE;

                public Encoder() : base("encoder") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    using (var scope = NewDisposeScope())
                    {
                        using var features = body.call(x);
                        var result = features.relu();
                        scope.MoveToOuter(result);
                        return result;
                    }
                }
            }

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Encoder encoder = new();
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    using (NewDisposeScope())
                    {
                        var features = encoder.call(x) * 0.5;
                        return head.call(features).MoveToOuterDisposeScope();
                    }
                }
            }
            """),
        new("a scope around it", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    x = x * 2;
                    using (var _ = NewDisposeScope())
                    {
                        var features = backbone.call(x);
                        features = features.tanh();
                        var y = head.call(features);
                        return y.MoveToOuterDisposeScope();
                    }
                }
            }
            """),
        new("statements", "Demo.Model", ["backbone"], [("head", Compiled), ("last", Stated)],
            """
            namespace Demo
            {
                [FineTuneLR(1e-4), UnfreezeLast(3)]
                public sealed partial class Model : Module<Tensor, Tensor>
                {
                    private const double Half = 0.5;
                    [Backbone] private readonly Sequential backbone = BACKBONE;
                    [Head] private readonly Linear head = Linear(8, 8);
                    [Head(LearningRate = 5e-3)] private readonly Linear last = Linear(8, 1);

                    public Model() : base("model") => RegisterComponents();

                    public override Tensor forward(Tensor x)
                    {
                        if (x.dim() != 4)
                            throw new ArgumentException($"{nameof(x)} has {x.dim()} dimensions", nameof(x));
                        var factor = Half * Math.Sqrt(2);
                        using var features = backbone.call(x);
                        using var halved = features.Halved() * factor;
                        Tensor hidden;
                        if (factor > 0)
                            hidden = head.call(halved);
                        else
                            hidden = halved;
                        hidden += features;
                        return last.call(torch.nn.functional.relu(hidden));
                    }
                }

                public static class Extensions
                {
                    public static Tensor Halved(this Tensor x) => x / 2;
                }
            }
            """),
        new("two inputs", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x, Tensor y)
                {
                    var difference = backbone.call(x) - backbone.call(y);
                    return head.call(difference.abs());
                }
            }
            """)
        {
            MapsTensorToTensor = false,
            Answers = (model, x) => [model.call(x, x * 0.5)],
            Inputs = x => [x, x * 0.5],
        },
        new("a tuple as output", "Demo.Model", ["backbone"], [("first", Compiled), ("second", Stated)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Module<Tensor, (Tensor Kind, Tensor Size)>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear first = Linear(8, 1);
                [Head(LearningRate = 5e-3)] private readonly Linear second = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override (Tensor Kind, Tensor Size) forward(Tensor x)
                {
                    var features = backbone.call(x);
                    return (first.call(features), second.call(features.tanh()));
                }
            }
            """)
        {
            MapsTensorToTensor = false,
            Answers = (model, x) => Both(model.call(x)),
        },
        new("plain base class in metadata", "Demo.Model", ["backbone"], [("head", Compiled)],
            """
            namespace Demo;

            [FineTuneLR(1e-4), UnfreezeLast(3)]
            public sealed partial class Model : Library.Scaled<int>
            {
                [Backbone] private readonly Sequential backbone = BACKBONE;
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x) => head.call(Scale(backbone.call(x)));
            }
            """)
        {
            Library =
                """
                namespace Library;

                public abstract class Scaled<T> : Module<Tensor, Tensor>
                {
                    private readonly Tensor scale = full(1, 2.0f);

                    protected Scaled(string name) : base(name) { }

                    protected Tensor Scale(Tensor x) => x * scale;
                }
                """,
        },
        new("annotated base class in metadata", "Demo.Model", ["backbone"], [("hidden", Compiled), ("head", Stated)],
            """
            namespace Demo;

            [FineTuneLR(1e-4)]
            public sealed partial class Model : Library.Pretrained
            {
                [Head(LearningRate = 5e-3)] private readonly Linear head;

                public Model() : base("model")
                {
                    head = Linear(8, 1);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x) => head.call(hidden.call(backbone.call(x)));
                // plain: protected override void RegisterComponents() { if (head is not null) base.RegisterComponents(); }
            }
            """)
        {
            Library =
                """
                namespace Library;

                [UnfreezeLast(3)]
                public abstract partial class Pretrained : Module<Tensor, Tensor>
                {
                    [Backbone] protected readonly Sequential backbone = BACKBONE;
                    [Head] protected readonly Linear hidden = Linear(8, 8);

                    protected Pretrained(string name) : base(name) => RegisterComponents();
                }
                """,
        },
    ];

    private static Tensor[] Both((Tensor, Tensor) answers) => [answers.Item1, answers.Item2];
}
