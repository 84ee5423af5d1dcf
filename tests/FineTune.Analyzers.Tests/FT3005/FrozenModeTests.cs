using FineTune.Analyzers.FT3005;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3005;

public sealed class FrozenModeTests
{
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters()); [|net.train|](); Loss(net, batches[0]).backward(); own.step();",
        TestName = "Frozen_then_trained")]
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.head.parameters()); for (var e = 0; e < n; e++) "
            + "{ [|net.train|](); foreach (var batch in batches) { own.zero_grad(); Loss(net, batch).backward(); own.step(); } "
            + "net.eval(); }",
        TestName = "In_the_epochs")]
    [TestCase(
        "foreach (var p in net.backbone.parameters()) p.requires_grad_(false); var own = optim.Adam(net.parameters()); "
            + "[|net.train|](true); own.step();",
        TestName = "Frozen_in_a_loop_here")]
    [TestCase(
        "var own = new Frozen(); var opt2 = optim.Adam(own.head.parameters()); [|own.train|](); opt2.step();",
        TestName = "Frozen_in_the_constructor")]
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters()); [|net.train|](); if (warm) net.backbone.eval(); own.step();",
        TestName = "Part_back_on_one_branch")]
    [TestCase(
        "Freeze(net.backbone); net.backbone.eval(); var own = optim.Adam(net.parameters()); [|net.train|](); own.step();",
        TestName = "Put_back_too_early")]
    [TestCase(
        "var features = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8)); var whole = Sequential((\"features\", features), (\"head\", "
            + "Linear(8, 2))); Freeze(features); var own = optim.Adam(whole.parameters()); [|whole.train|](); own.step();",
        TestName = "Layer_of_a_sequence")]
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters()); ToTraining(net); [|own.step|]();",
        TestName = "Mode_set_by_a_source_method")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters()); net.train(); net.backbone.eval(); own.step();",
        TestName = "Put_back")]
    [TestCase(
        "net.train(); Freezing.Freeze(net.backbone); var own = optim.Adam(net.parameters()); own.step();",
        TestName = "Put_back_by_FineTune")]
    [TestCase(
        "net.train(); net.backbone.Freeze(); var own = optim.Adam(net.parameters()); own.step();",
        TestName = "Put_back_by_FineTune_as_an_extension")]
    [TestCase("var own = optim.Adam(net.parameters()); net.train(); Freeze(net.backbone); own.step();", TestName = "Frozen_after_train")]
    [TestCase("Freeze(net.head); var own = optim.Adam(net.parameters()); net.train(); own.step();", TestName = "No_running_statistics")]
    [TestCase("var own = optim.Adam(net.parameters()); net.train(); own.step();", TestName = "Nothing_frozen")]
    [TestCase(
        "Freeze(net.backbone); Thaw(net.backbone); var own = optim.Adam(net.parameters()); net.train(); own.step();",
        TestName = "Trains_again")]
    [TestCase("Freeze(net.backbone); net.train(); net.call(zeros(1));", TestName = "No_step")]
    [TestCase("Freeze(net.backbone); var own = optim.Adam(net.parameters()); net.backbone.train(); own.step();", TestName = "Meant")]
    [TestCase(
        "var pair = new Pair(); var optD = optim.Adam(pair.critic.parameters()); var optG = optim.Adam(pair.maker.parameters()); "
            + "pair.train(); for (var i = 0; i < n; i++) "
            + "{ Freeze(pair.critic); pair.train(); optG.step(); Thaw(pair.critic); optD.step(); }",
        TestName = "Frozen_for_a_turn")]
    [TestCase(
        "foreach (var (name, p) in net.backbone.named_parameters()) if (!name.Contains(\"norm\")) p.requires_grad = false; var own = "
            + "optim.Adam(net.parameters()); net.train(); own.step();",
        TestName = "Some_by_name")]
    [TestCase(
        "var careful = new Careful(); Freeze(careful.backbone); var own = optim.Adam(careful.parameters()); careful.train(); own.step();",
        TestName = "Mode_of_its_own")]
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters()); net.train(); External.Use(net); own.step();",
        TestName = "Out_of_sight")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<FrozenModeAnalyzer>(Source(body), "FT3005", OutOfSight.Source);

    private static string Source(string body) =>
        TrainingProgram.Source(
            body,
            """
            private static void ToTraining(Net net) => net.train();
            """,
            """
            public sealed class Frozen : Module<Tensor, Tensor>
            {
                public readonly Sequential backbone = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8));
                public readonly Linear head = Linear(8, 2);
                public Frozen() : base("frozen")
                {
                    foreach (var p in backbone.parameters()) p.requires_grad = false;
                    RegisterComponents();
                }
                public override Tensor forward(Tensor x) => head.call(backbone.call(x));
            }

            public sealed class Pair : Module<Tensor, Tensor>
            {
                public readonly Sequential maker = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8)), critic = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8));
                public Pair() : base("pair") => RegisterComponents();
                public override Tensor forward(Tensor x) => critic.call(maker.call(x));
            }

            public sealed class Careful : Module<Tensor, Tensor>
            {
                public readonly Sequential backbone = Sequential(Conv2d(3, 8, 3), BatchNorm2d(8));
                public Careful() : base("careful") => RegisterComponents();
                public override Tensor forward(Tensor x) => backbone.call(x);
                public override void train(bool train = true) { base.train(train); backbone.eval(); }
            }
            """);
}
