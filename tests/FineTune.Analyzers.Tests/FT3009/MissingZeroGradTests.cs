using FineTune.Analyzers.FT3009;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.CodeFixes.FT3009;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3009;

public sealed class MissingZeroGradTests
{
    [TestCase("foreach (var batch in batches) { Loss(net, batch).backward(); [|opt.step|](); }", TestName = "Loop_without_it")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); loss.backward(); [|own.step|](); }",
        TestName = "Optimizer_built_here")]
    [TestCase(
        "var own = optim.SGD(net.parameters(), 0.1); for (var e = 0; e < n; e++) foreach (var batch in batches) "
            + "{ Loss(net, batch).backward(); [|own.step|](); }",
        TestName = "Epochs_around_batches")]
    [TestCase(
        "var d = new Net(); var optD = optim.Adam(d.parameters()); var optG = optim.Adam(net.parameters()); foreach (var batch in "
            + "batches) { optD.zero_grad(); Loss(d, batch).backward(); optD.step(); Loss(net, batch).backward(); [|optG.step|](); }",
        TestName = "The_other_optimizer_cleared")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) { Pass(own, net, batch); [|own.step|](); }",
        TestName = "Backward_in_a_source_method")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) { [|Train|](own, net, batch); }",
        TestName = "Step_in_a_source_method")]
    [TestCase(
        "var own = optim.RMSProp(net.parameters()); var i = 0; while (i < n) "
            + "{ Loss(net, batches[i++]).backward(); if (warm) nn.utils.clip_grad_norm_(net.parameters(), 1.0); [|own.step|](); }",
        TestName = "While_loop")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); void Epoch() "
            + "{ foreach (var batch in batches) { Loss(net, batch).backward(); [|own.step|](); } } Epoch();",
        TestName = "Cleared_before_the_loop_elsewhere")]
    [TestCase(
        "var own = optim.Adam(net.head.parameters()); foreach (var batch in batches) "
            + "{ Loss(net, batch).backward(); [|own.step|](); Console.WriteLine(n); }",
        TestName = "Another_network_in_turn")]
    public Task Flags(string body) => Verify(body);

    [TestCase("foreach (var batch in batches) { opt.zero_grad(); Loss(net, batch).backward(); opt.step(); }", TestName = "Cleared_first")]
    [TestCase("foreach (var batch in batches) { Loss(net, batch).backward(); opt.step(); opt.zero_grad(); }", TestName = "Cleared_last")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) "
            + "{ net.zero_grad(); Loss(net, batch).backward(); own.step(); }",
        TestName = "Cleared_through_the_module")]
    [TestCase(
        "foreach (var batch in batches) { net.zero_grad(); Loss(net, batch).backward(); opt.step(); }",
        TestName = "Module_cleared_for_an_unknown_optimizer")]
    [TestCase(
        "var i = 0; foreach (var batch in batches) { Loss(net, batch).backward(); if (++i % 4 == 0) { opt.step(); opt.zero_grad(); } }",
        TestName = "Gradients_accumulated")]
    [TestCase(
        "var i = 0; foreach (var batch in batches) { if (i++ % 4 == 0) opt.zero_grad(); Loss(net, batch).backward(); opt.step(); }",
        TestName = "Cleared_now_and_then")]
    [TestCase("foreach (var batch in batches) { Loss(net, batch).backward(); } opt.step();", TestName = "One_step_outside_of_the_loop")]
    [TestCase(
        "foreach (var batch in batches) "
            + "{ var own = optim.Adam(net.parameters()); net = new Net(); own = optim.Adam(net.parameters()); Loss(net, "
            + "batch).backward(); own.step(); }",
        TestName = "A_new_optimizer_each_time")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) { Clear(own); Loss(net, batch).backward(); own.step(); }",
        TestName = "Cleared_in_a_source_method")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) "
            + "{ ClearModule(net); Loss(net, batch).backward(); own.step(); }",
        TestName = "Module_cleared_in_a_source_method")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); foreach (var batch in batches) "
            + "{ foreach (var p in net.parameters()) p.grad?.zero_(); Loss(net, batch).backward(); own.step(); }",
        TestName = "Gradients_in_hand")]
    [TestCase("foreach (var batch in batches) opt.step();", TestName = "No_backward")]
    [TestCase(
        "foreach (var batch in batches) { opt.zero_grad(); Loss(net, batch).backward(); Loss(net, batch).backward(); opt.step(); }",
        TestName = "Two_losses_of_one_step")]
    [TestCase(
        "foreach (var batch in batches) "
            + "{ External.Use(net); External.Use(opt); Loss(net, batch).backward(); opt.step(); External.Use(opt); }",
        TestName = "Out_of_sight")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "foreach (var batch in batches) { var loss = Loss(net, batch); loss.backward(); opt.step(); }",
        "foreach (var batch in batches) { var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); }",
        TestName = "Before_the_backward_pass")]
    [TestCase(
        "foreach (var batch in batches)\n{\n    // Down the slope.\n    Loss(net, batch).backward();\n    opt.step();\n}",
        "foreach (var batch in "
            + "batches)\n{\n    // Down the slope.\n    opt.zero_grad();\n    Loss(net, batch).backward();\n    opt.step();\n}",
        TestName = "On_a_line_of_its_own")]
    [TestCase(
        "foreach (var batch in batches)\n{\n    for (var i = 0; i < 4; i++) Loss(net, batch).backward();\n    opt.step();\n}",
        "foreach (var batch in "
            + "batches)\n{\n    for (var i = 0; i < 4; i++) Loss(net, batch).backward();\n    opt.step();\n    opt.zero_grad();\n}",
        TestName = "After_the_step_where_passes_are_summed")]
    public Task Clears(string before, string after) =>
        CodeFixVerifier.Verify<MissingZeroGradAnalyzer, ZeroGradCodeFix>(Source(before), Source(after), OutOfSight.Source);

    [TestCase(
        "foreach (var batch in batches) { Loss(net, batch).backward(); if (warm) opt.step(); else Console.WriteLine(); }",
        TestName = "Step_without_a_block")]
    public Task Offers_nothing(string body) =>
        CodeFixVerifier.VerifyNoFix<MissingZeroGradAnalyzer, ZeroGradCodeFix>(Source(body), OutOfSight.Source);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<MissingZeroGradAnalyzer>(Source(body), "FT3009", OutOfSight.Source);

    private static string Source(string body) =>
        TrainingProgram.Source(
            body,
            """
            private static void Pass(optim.Optimizer optimizer, Net net, (Tensor, Tensor) batch) => Loss(net, batch).backward();
            private static void Train(optim.Optimizer optimizer, Net net, (Tensor, Tensor) batch) { Loss(net, batch).backward(); optimizer.step(); }
            private static void Clear(optim.Optimizer optimizer) => optimizer.zero_grad();
            private static void ClearModule(Net net) => net.zero_grad();
            """);
}
