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
