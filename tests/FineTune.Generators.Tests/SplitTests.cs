using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Tests;

/// <summary>Where the cut would change what is computed, there is none, and the generated file says why.</summary>
public sealed class SplitTests
{
    [TestCase("head.call(features.relu_())")]
    [TestCase("head.call(torch.nn.init.ones_(features))")]
    [TestCase("head.call(functional.relu(features, true))")]
    [TestCase("head.call(functional.relu(features, inplace: usesLess))")]
    public void What_writes_into_a_frozen_value_cannot_be_split(string result)
    {
        var file = File(result);

        Assert.That(file, Does.Contain("changes a tensor in place"));
        Assert.That(file, Does.Contain("[global::FineTune.UnsplitForward(\"'"), "for FT1010 to repeat");
        Assert.That(file, Does.Not.Contain("ForwardFrozen("));
    }

    [TestCase("head.call(functional.relu(features))")]
    [TestCase("head.call(functional.relu(features, false))")]
    [TestCase("functional.relu(head.call(features), true)")]
    [TestCase("head.call(features).relu_()")]
    public void What_writes_into_nothing_frozen_can(string result) => Assert.That(File(result), Does.Contain("ForwardFrozen("));

    [TestCase("ReLU(inplace: true)")]
    [TestCase("ReLU(usesLess)")]
    [TestCase("Sequential(Flatten(), ReLU(true), Linear(8, 8))")]
    [TestCase("Sequential((\"clip\", new Clip()), (\"fc\", Linear(8, 8)))")]
    [TestCase("new Clip()")]
    public void A_module_that_writes_into_a_frozen_value_stays_before_what_reads_it(string module) =>
        Assert.That(
            WithActivation(module),
            Does.Contain("'activation.call(features)' writes into its input before 'teacher.call(features)' reads it"));

    [TestCase("ReLU()")]
    [TestCase("ReLU(inplace: false)")]
    [TestCase("Sequential(Linear(8, 8), ReLU(true))")]
    [TestCase("new ClipOfItsOwn()")]
    public void A_module_that_writes_elsewhere_may_move(string module) =>
        Assert.That(WithActivation(module), Does.Contain("ForwardFrozen("));

    [TestCase("using (var scope = NewDisposeScope()) { BODY }")]
    [TestCase("using (NewDisposeScope()) { BODY }")]
    [TestCase("using (var _ = NewDisposeScope()) { BODY }")]
    [TestCase("using var scope = NewDisposeScope(); BODY")]
    public void Body_in_a_dispose_scope_is_split(string body)
    {
        var file = WithBackbone(
            "Sequential",
            body: body.Replace("BODY", "var y = backbone.call(x); return head.call(y).MoveToOuterDisposeScope();"));

        Assert.That(file, Does.Contain("ForwardFrozen("));
        Assert.That(file, Does.Contain("return [y.MoveToOuterDisposeScope()];"));
    }

    [TestCase("using (no_grad()) { return head.call(backbone.call(x)); }", "leaves it early")]
    [TestCase("if (x.dim() > 2) using (NewDisposeScope()) { return x; } return head.call(backbone.call(x));", "leaves it early")]
    [TestCase("using (NewDisposeScope()) { using var more = NewDisposeScope(); return head.call(backbone.call(x)); }", "inside another")]
    public void Body_in_another_scope_is_not(string body, string obstacle)
    {
        var file = WithBackbone("Sequential", body: body);

        Assert.That(file, Does.Contain(obstacle));
        Assert.That(file, Does.Not.Contain("ForwardFrozen("));
    }

    [TestCase("torch.nn.functional.relu(first.call(x))")]
    [TestCase("second.call(first.call(x) + 1)")]
    [TestCase("body.call(x)", TestName = "Only_calls_a_Sequential")]
    public void Backbone_of_steps_is_cut_inside(string result)
    {
        var file = WithBackbone("Encoder", result);

        Assert.That(file, Does.Contain(".Staged<global::Demo.Encoder>(this.backbone"));
        Assert.That(file, Does.Not.Contain("UnsplitForward"));
    }

    [TestCase("torch.nn.functional.dropout(first.call(x))", "'dropout' draws random numbers")]
    [TestCase("scales[0] * first.call(x)", "'scales' is neither a module nor a number")]
    public void Backbone_of_other_code_runs_as_a_whole_and_says_why(string result, string obstacle)
    {
        var file = WithBackbone("Encoder", result);
        var reason = $"in the class 'Demo.Encoder' {obstacle}";

        Assert.That(file, Does.Contain($"[global::FineTune.UnsplitForward(\"{reason}\", Backbone = \"backbone\")]"), "for FT1010");
        Assert.That(file, Does.Contain($".Whole(this.backbone, \"{reason}\")"), "for the log of a run");
        Assert.That(file, Does.Contain("ForwardFrozen("), "it is cut before or after the backbone");
    }

    [TestCase("Sequential")]
    [TestCase("Linear")]
    [TestCase("ResNet")]
    [TestCase("VGG")]
    [TestCase("AlexNet")]
    [TestCase("GoogleNet")]
    [TestCase("InceptionV3")]
    [TestCase("MobileNetV2")]
    [TestCase("MobileNetV3")]
    [TestCase("FineTune.Vision.HeadlessBackbone")]
    [TestCase("Module<Tensor, Tensor>")]
    public void Compiled_backbone_that_is_known_has_nothing_in_its_way(string type) =>
        Assert.That(WithBackbone(type), Does.Not.Contain("UnsplitForward").And.Not.Contain(".Whole("));

    [TestCase("torchvision.SqueezeExcitation", "TorchSharp.torchvision.SqueezeExcitation")]
    public void Compiled_backbone_that_nobody_knows_runs_as_a_whole(string type, string name) =>
        Assert.That(
            WithBackbone(type),
            Does.Contain($"the class '{name}' is compiled, so that nobody can see in which order its parts run"));

    [Test]
    public void Backbone_of_a_referenced_project_counts_as_compiled_in_an_editor_too()
    {
        var library = Compilations.Create(
            """
            namespace Library;

            public sealed class Encoder : Module<Tensor, Tensor>
            {
                public readonly Linear first = Linear(8, 8);
                public Encoder() : base("encoder") => RegisterComponents();
                public override Tensor forward(Tensor x) => first.call(first.call(x));
            }
            """);
        var model = Compilations.Create(
            """
            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Library.Encoder backbone = new();
                [Head] private readonly Linear head = Linear(8, 1);
                public Model() : base("model") => RegisterComponents();
            }
            """);
        var run = GeneratorRun.Over(model.AddReferences(library.WithAssemblyName("Library").ToMetadataReference()));

        Assert.That(run.Files.Single().SourceText.ToString(), Does.Contain("the class 'Library.Encoder' is compiled"));
    }

    [Test]
    public void Backbone_without_parts_has_no_inside_to_be_cut()
    {
        var run = GeneratorRun.Over(
            """
            namespace Demo;

            public sealed class Projection : Module<Tensor, Tensor>
            {
                private readonly Parameter weight = new(zeros(8, 8));
                public Projection() : base("projection") => RegisterComponents();
                public override Tensor forward(Tensor x) => x.matmul(weight) + x;
            }

            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Projection backbone = new();
                [Head] private readonly Linear head = Linear(8, 1);
                public Model() : base("model") => RegisterComponents();
            }
            """);

        Assert.That(run.Files.Single().SourceText.ToString(), Does.Not.Contain("UnsplitForward"));
    }

    private static string WithBackbone(string type, string encoder = "x", string body = "return head.call(backbone.call(x));")
    {
        var run = GeneratorRun.Over(
            $$"""
            namespace Demo;

            public sealed class Encoder : Module<Tensor, Tensor>
            {
                internal readonly Linear first = Linear(8, 8), second = Linear(8, 8);
                internal readonly Sequential body = Sequential();
                internal readonly List<Tensor> scales = [];

                public Encoder() : base("encoder") => RegisterComponents();

                public override Tensor forward(Tensor x) => {{encoder}};
            }

            public sealed partial class Model : Module<Tensor, Tensor>
            {
                [Backbone] private readonly {{type}} backbone = null!;
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    {{body}}
                }
            }
            """);
        Assert.That(run.Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        return run.Files.Single().SourceText.ToString();
    }

    private static string File(string result)
    {
        var run = GeneratorRun.Over(
            $$"""
            namespace Demo;

            public sealed partial class Model : Module<Tensor, Tensor>
            {
                private readonly bool usesLess = true;
                [Backbone] private readonly Sequential backbone = Sequential();
                [Head] private readonly Linear head = Linear(8, 1);

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var features = backbone.call(x);
                    return {{result}};
                }
            }
            """);
        return run.Files.Single().SourceText.ToString();
    }

    private static string WithActivation(string module)
    {
        var run = GeneratorRun.Over(
            $$"""
            namespace Demo;

            public sealed class Clip : Module<Tensor, Tensor>
            {
                private readonly ReLU relu;

                public Clip() : base("clip")
                {
                    relu = ReLU(inplace: true);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x) => relu.call(x);
            }

            public sealed class ClipOfItsOwn : Module<Tensor, Tensor>
            {
                private readonly Clip clip = new();

                public ClipOfItsOwn() : base("clip") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    x = x + 1;
                    return clip.call(x).relu_();
                }
            }

            public sealed partial class Model : Module<Tensor, Tensor>
            {
                private static readonly bool usesLess = true;
                [Backbone] private readonly Sequential backbone = Sequential();
                [Frozen] private readonly Linear teacher = Linear(8, 8);
                [Head] private readonly Module<Tensor, Tensor> activation = {{module}};

                public Model() : base("model") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var features = backbone.call(x);
                    return activation.call(features) + teacher.call(features);
                }
            }
            """);
        return run.Files.Single().SourceText.ToString();
    }
}
