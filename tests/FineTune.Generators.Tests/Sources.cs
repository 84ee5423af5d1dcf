namespace FineTune.Generators.Tests;

/// <summary>Annotated classes of every shape, each a program of its own.</summary>
internal static class Sources
{
    /// <summary>The class of the design's first page.</summary>
    public const string CatsVsDogs =
        """
        namespace Demo;

        [FineTuneLR(1e-5), UnfreezeLast(20)]
        public sealed partial class CatsVsDogs : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential(("conv1", Linear(8, 8)));
            [Head(LearningRate = 1e-4)] private readonly Linear head = Linear(8, 1);

            public CatsVsDogs() : base(nameof(CatsVsDogs)) => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(backbone.call(x));
        }
        """;

    /// <summary>A part that never trains, rates on members, BatchNorm that trains, blocks as units.</summary>
    public const string EveryAttribute =
        """
        namespace Demo;

        [UnfreezeLast(2, Unit = LayerUnit.Block)]
        public sealed partial class Distilled : Module<Tensor, Tensor>
        {
            [Frozen] private readonly Linear teacher = Linear(8, 1);
            [Backbone(BatchNorm = BatchNormMode.Train), FineTuneLR(0.00002)] private readonly Sequential student = Sequential(("fc", Linear(8, 8)));
            [Head(LearningRate = 0.5), FineTuneLR(3)] private readonly Linear head = Linear(8, 1);

            public Distilled() : base("distilled") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(student.call(x));
        }
        """;

    /// <summary>Properties, parameters and buffers; null parts, static ones, computed ones and plain values.</summary>
    public const string EveryMember =
        """
        namespace Demo;

        public sealed partial class EveryMember : Module<Tensor, Tensor>
        {
            private static readonly Linear Shared = Linear(1, 1);
            private readonly Parameter scale = new(zeros(1));
            private readonly Tensor mean = zeros(1);
            private readonly Tensor? deviation = null;
            [Backbone] public Sequential Backbone { get; } = Sequential(("fc", Linear(8, 8)));
            [Head] private Linear First { get; set; } = Linear(8, 8);
            [Head] private readonly Linear? second = null;
            [Frozen] private readonly Linear? teacher = null;

            private Linear Computed => First;

            public EveryMember() : base("every") => RegisterComponents();

            public override Tensor forward(Tensor x) => First.call(Backbone.call(x));
        }
        """;

    /// <summary>A class without a namespace.</summary>
    public const string GlobalNamespace =
        """
        public partial class Plain : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public Plain() : base("plain") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(backbone.call(x));
        }
        """;

    /// <summary>Types within types of all kinds, with type parameters.</summary>
    public const string Nested =
        """
        namespace Demo.Models
        {
            public partial interface IHost<T>
            {
                internal partial record struct Holder<TKey> where TKey : notnull
                {
                    public partial record Box
                    {
                        public abstract partial class Tuner<TBackbone> : Module<Tensor, Tensor> where TBackbone : Module<Tensor, Tensor>
                        {
                            [Backbone] protected readonly TBackbone backbone;
                            [Head] private readonly Linear head = Linear(8, 1);

                            protected Tuner(TBackbone backbone) : base("tuner")
                            {
                                this.backbone = backbone;
                                RegisterComponents();
                            }

                            public override Tensor forward(Tensor x) => head.call(backbone.call(x));
                        }
                    }
                }
            }
        }
        """;

    /// <summary>Names that are keywords.</summary>
    public const string Escaped =
        """
        namespace @namespace.@record;

        public sealed partial class @class<@int> : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential @base = Sequential();
            [Head] private readonly Linear @new = Linear(8, 1);
            [Head] private readonly Linear field = Linear(8, 1);
            [Frozen] private readonly Linear größe = Linear(8, 1);

            public @class() : base("class") => RegisterComponents();

            public override Tensor forward(Tensor x) => @new.call(@base.call(x));
        }
        """;

    /// <summary>A class whose own members have the names that would be generated.</summary>
    public const string TakenNames =
        """
        namespace Demo;

        public abstract class Named(string name) : Module<Tensor, Tensor>(name)
        {
            protected string compiled = name;

            public virtual void EnterPhase() { }
        }

        public sealed partial class Recompile<Manifest> : Named
        {
            private readonly int phase = 1;

            [Backbone] private readonly Sequential Layers = Sequential();
            [Head] private readonly Linear Phase = Linear(8, 1);

            public Recompile() : base("taken") => RegisterComponents();

            public Linear FreezeBackbone() => Phase;

            public override void train(bool train = true)
            {
                base.train(train && phase == 1);
                ((IFineTunable)this).Layers.KeepFrozenInInferenceMode();
            }

            protected override void RegisterComponents() => RegisterGeneratedComponents();

            public override Tensor forward(Tensor x) => Phase.call(Layers.call(x));
        }
        """;

    /// <summary>A project that has types of its own under the names that the generated code needs.</summary>
    public const string Unhygienic =
        """
        namespace Demo;

        public class System;
        public class Task;
        public class FineTune;
        public class TorchSharp;
        public class IFineTunable;
        public class Int32;

        public sealed partial class Tensor : Module<torch.Tensor, torch.Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public Tensor() : base("tensor") => RegisterComponents();

            public override torch.Tensor forward(torch.Tensor x) => head.call(backbone.call(x));
        }
        """;

    /// <summary>Two inputs.</summary>
    public const string TwoInputs =
        """
        namespace Demo;

        public sealed partial class TwoInputs : Module<Tensor, Tensor, Tensor>
        {
            [Backbone] private readonly Sequential left = Sequential();
            [Backbone] private readonly Sequential right = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public TwoInputs() : base("two") => RegisterComponents();

            public override Tensor forward(Tensor x, Tensor y) => head.call(left.call(right.call(y)));
        }
        """;

    /// <summary>A tuple in a tuple as output, some of whose elements have names.</summary>
    public const string TupleOfOutputs =
        """
        namespace Demo;

        public sealed partial class Detector : Module<Tensor, (Tensor Class, (Tensor Centre, Tensor @float) Box)>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear classes = Linear(8, 3);
            [Head] private readonly Linear box = Linear(8, 4);

            public Detector() : base("detector") => RegisterComponents();

            public override (Tensor Class, (Tensor Centre, Tensor @float) Box) forward(Tensor x)
            {
                var features = backbone.call(x);
                var corners = box.call(features);
                return (classes.call(features), (corners.narrow(1, 0, 2), corners.narrow(1, 2, 2)));
            }
        }
        """;

    /// <summary>As many outputs as there are, which have no names.</summary>
    public const string ListOfOutputs =
        """
        namespace Demo;

        public sealed partial class Pyramid : Module<Tensor, Tensor[]>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 3);

            public Pyramid() : base("pyramid") => RegisterComponents();

            public override Tensor[] forward(Tensor x)
            {
                var features = backbone.call(x);
                return [features, head.call(features)];
            }
        }
        """;

    /// <summary>An input that is no tensor: nobody but its author can call it.</summary>
    public const string InputOfAnotherKind =
        """
        namespace Demo;

        public sealed partial class Switched : Module<Tensor, bool, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 3);

            public Switched() : base("switched") => RegisterComponents();

            public override Tensor forward(Tensor x, bool features) => features ? backbone.call(x) : head.call(backbone.call(x));
        }
        """;

    /// <summary>A base class without attributes, whose parts, private ones too, are registered with the derived class's.</summary>
    public const string PlainBase =
        """
        namespace Demo;

        public abstract class Stem<T> : Module<Tensor, Tensor>
        {
            private readonly Linear hidden = Linear(8, 8);
            protected readonly Linear shared = Linear(8, 8);

            protected Stem(string name) : base(name) { }

            protected Tensor Start(Tensor x) => shared.call(hidden.call(x));
        }

        public sealed partial class PlainBase : Stem<int>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public PlainBase() : base("derived") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(backbone.call(Start(x)));
        }
        """;

    /// <summary>A base class with attributes; one derived class adds to everything, another only a part.</summary>
    public const string AnnotatedBase =
        """
        namespace Demo;

        [FineTuneLR(1e-5), UnfreezeLast(3)]
        public abstract partial class AnnotatedBase : Module<Tensor, Tensor>
        {
            [Backbone] protected readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            protected AnnotatedBase(string name) : base(name) { }

            public override Tensor forward(Tensor x) => head.call(backbone.call(x));
        }

        [FineTuneLR(1e-6), UnfreezeLast(5, Unit = LayerUnit.Parameterized)]
        public partial class Wider : AnnotatedBase
        {
            [Backbone] private readonly Sequential side = Sequential();
            [Frozen] private readonly Linear teacher = Linear(8, 1);
            [Head(LearningRate = 1e-3)] private readonly Linear second = Linear(8, 1);

            public Wider() : base("wider") => RegisterComponents();

            public override Tensor forward(Tensor x) => second.call(side.call(backbone.call(x)));
        }

        public sealed partial class Widest : Wider
        {
            [Head] private readonly Linear third = Linear(8, 1);
        }
        """;

    /// <summary>No forward pass: with one backbone and one head it is written.</summary>
    public const string NoForward =
        """
        namespace Demo;

        public sealed partial class NoForward : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public NoForward() : base("none") => RegisterComponents();
        }
        """;

    /// <summary>A forward pass of many statements.</summary>
    public const string Statements =
        """
        using F = TorchSharp.torch.nn.functional;

        namespace Demo
        {
            public partial class Statements : Module<Tensor, Tensor>
            {
                private const int Width = 8;
                [Backbone] private readonly Sequential backbone = Sequential();
                [Frozen] private readonly Linear teacher = Linear(8, 8);
                [Head] private readonly Linear head = Linear(Width, 8), last = Linear(8, 1);
                private readonly Tensor mean = zeros(1);
                private readonly double scale = 2;
                private readonly bool usesTeacher = true;

                public Statements() : base("statements") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    using var scope = NewDisposeScope();
                    var factor = scale / Math.Sqrt(Width);
                    if (x.dim() != 2)
                        throw new ArgumentException(nameof(x));
                    x = (x - mean) * factor;
                    var features = this.backbone.call(x);
                    var pooled = F.relu(features.Halved());
                    if (usesTeacher)
                    {
                        pooled = pooled + teacher.call(x);
                    }

                    var hidden = F.relu(head.call(pooled)) * factor;
                    for (var i = 0; i < 2; i++)
                        hidden = Mix(hidden, pooled);
                    return last.call(hidden + teacher.call(features)).MoveToOuterDisposeScope();
                }

                private static Tensor Mix(Tensor one, Tensor other) => one + other;
            }
        }

        namespace Demo
        {
            public static class Extensions
            {
                public static Tensor Halved(this Tensor x) => x / 2;
            }
        }
        """;

    /// <summary>Other ways to unfreeze, rates that fall from block to block, parameters with roles of their own.</summary>
    public const string Phases =
        """
        namespace Demo;

        [UnfreezeFirst(2, Unit = LayerUnit.Block), Unfreeze("layer4", "layer3.*"), GradualUnfreeze(2), LayerDecay(0.75), NoWeightDecay]
        public partial class Phases : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Backbone, LayerDecay(0.5)] private readonly Sequential side = Sequential();
            [Backbone] private readonly Parameter token = new(zeros(1));
            [Head] private readonly Parameter scale = new(zeros(1));
            [Head] private readonly Linear head = Linear(8, 1);
            [Frozen] private readonly Parameter fixedScale = new(zeros(1));

            public Phases() : base("phases") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(backbone.call(x + token) * fixedScale + side.call(x)) * scale;
        }

        [UnfreezeFirst(1), Unfreeze("layer2"), GradualUnfreeze(3)]
        public sealed partial class PhasesAgain : Phases;
        """;

    /// <summary>A backbone of a class of one's own, whose forward pass is a line of steps.</summary>
    public const string OwnBackbone =
        """
        namespace Demo;

        public sealed class Encoder : Module<Tensor, Tensor>
        {
            private readonly Linear stem = Linear(8, 8);
            private readonly double scale = 0.5;
            internal readonly Sequential body = Sequential(("fc", Linear(8, 8)));
            private readonly Linear left = Linear(8, 8), right = Linear(8, 8);

            public Encoder() : base("encoder") => RegisterComponents();

            public override Tensor forward(Tensor input)
            {
                var x = torch.nn.functional.relu(stem.call(input)) * scale;
                x = this.body.call(x);
                return left.call(x) + right.call(x);
            }
        }

        public sealed partial class OwnBackbone : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Encoder encoder = new();
            [Head] private readonly Linear head = Linear(8, 1);

            public OwnBackbone() : base("own") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(encoder.call(x));
        }
        """;

    /// <summary>Heads inside backbones, and backbones that run as a whole.</summary>
    public const string HeadInside =
        """
        namespace Demo;

        [FineTuneLR(1e-5)]
        public sealed partial class HeadInside : Module<Tensor, Tensor>
        {
            [Backbone, Head("classifier.6", LearningRate = 1e-3)] private readonly Sequential model = Sequential();

            public HeadInside() : base("inside") => RegisterComponents();
        }

        [NoWeightDecay]
        public sealed partial class TwoHeads : Module<Tensor, Tensor>
        {
            [Backbone, LayerDecay(0.5), Head("fc")] private readonly Sequential left = Sequential();
            [Backbone] private readonly Residual right = new();
            [Head] private readonly Linear head = Linear(8, 1);

            public TwoHeads() : base("two") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                using (var scope = NewDisposeScope())
                {
                    var both = left.call(x) + right.call(x);
                    return head.call(both).MoveToOuterDisposeScope();
                }
            }
        }

        public sealed class Residual : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(8, 8);

            public Residual() : base("residual") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var y = fc.call(x);
                return y + x;
            }
        }
        """;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = typeof(Sources).GetFields()
        .Where(field => field.IsLiteral)
        .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);

    public static IEnumerable<string> Names => All.Keys;
}
