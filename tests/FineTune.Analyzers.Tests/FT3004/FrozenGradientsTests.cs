using FineTune.Analyzers.FT3004;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3004;

public sealed class FrozenGradientsTests
{
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); [|own.step|]();",
        TestName = "Frozen_between_two_steps")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); "
            + "own.zero_grad(); Loss(net, batches[0]).backward(); [|own.step|]();",
        TestName = "Zeroed_is_not_nulled")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) "
            + "{ if (e == 5) Freeze(net.backbone); foreach (var batch in batches) { own.zero_grad(); Loss(net, batch).backward(); "
            + "[|own.step|](); } }",
        TestName = "In_the_epochs")]
    [TestCase(
        "var own = optim.SGD(net.parameters(), 0.1); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); [|own.step|]();",
        TestName = "Plain_descent_with_the_last_gradient")]
    [TestCase(
        "var own = optim.SGD(net.parameters(), 0.1, momentum: 0.9); Loss(net, batches[0]).backward(); own.step(); "
            + "Freeze(net.backbone); own.zero_grad(); Loss(net, batches[0]).backward(); [|own.step|]();",
        TestName = "Descent_with_momentum")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); net.head.weight!.requires_grad = "
            + "false; [|own.step|]();",
        TestName = "One_parameter")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); foreach (var p in net.parameters()) "
            + "p.requires_grad_(false); [|own.step|]();",
        TestName = "In_place")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); if (warm) "
            + "net.backbone.zero_grad(); [|own.step|]();",
        TestName = "Nulled_on_one_branch")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); [|Step|](own);",
        TestName = "Step_in_a_source_method")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); "
            + "net.backbone.zero_grad(); own.step();",
        TestName = "Nulled_by_the_module")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); net.zero_grad(); "
            + "Freeze(net.backbone); own.step();",
        TestName = "Nulled_before")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freezing.Freeze(net.backbone); own.step();",
        TestName = "Nulled_by_FineTune")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); net.backbone.Freeze(); own.step();",
        TestName = "Nulled_by_FineTune_as_an_extension")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); own = "
            + "optim.Adam(net.parameters()); own.step();",
        TestName = "Built_anew")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Freeze(net.backbone); Loss(net, batches[0]).backward(); own.step(); own.step();",
        TestName = "Frozen_before_the_first_pass")]
    [TestCase(
        "var own = optim.Adam(net.head.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); own.step();",
        TestName = "Another_part")]
    [TestCase(
        "var own = optim.SGD(net.parameters(), 0.1); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); "
            + "own.zero_grad(); Loss(net, batches[0]).backward(); own.step();",
        TestName = "Plain_descent_by_zero")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); "
            + "Thaw(net.backbone); own.step();",
        TestName = "Taken_back")]
    [TestCase(
        "var d = new Net(); var optD = optim.Adam(d.parameters()); var own = optim.Adam(net.parameters()); for (var i = 0; i < n; "
            + "i++) { Freeze(d); Loss(net, batches[0]).backward(); own.step(); Thaw(d); Loss(d, batches[0]).backward(); optD.step(); }",
        TestName = "Frozen_in_turn")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); foreach (var (name, p) in "
            + "net.named_parameters()) if (warm) p.requires_grad = false; own.step();",
        TestName = "Some_by_name")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); foreach (var p "
            + "in net.backbone.parameters()) p.grad?.zero_(); own.step();",
        TestName = "Gradients_in_hand")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); Loss(net, batches[0]).backward(); own.step(); Freeze(net.backbone); "
            + "External.Use(net); own.step();",
        TestName = "Out_of_sight")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<FrozenGradientsAnalyzer>(Source(body), "FT3004", OutOfSight.Source);

    private static string Source(string body) =>
        TrainingProgram.Source(
            body,
            """
            private static void Step(optim.Optimizer optimizer) => optimizer.step();
            """);
}
