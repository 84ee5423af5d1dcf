using FineTune.Analyzers.FT3003;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.CodeFixes.FT3003;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3003;

public sealed class MisplacedOptimizerTests
{
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.to(device); Loss(net, batches[0]).backward(); [|own.step|]();",
        TestName = "Moved_after_the_build")]
    [TestCase("var own = optim.Adam(net.parameters()); net.to(torch.CUDA); [|own.step|]();", TestName = "Moved_to_the_card")]
    [TestCase("var own = optim.Adam(net.parameters()); net.to(DeviceType.CUDA); [|own.step|]();", TestName = "Moved_by_the_kind_of_device")]
    [TestCase("var own = optim.Adam(net.parameters()); net.to(ScalarType.Float64); [|own.step|]();", TestName = "Converted_by_type")]
    [TestCase("var own = optim.Adam(net.parameters()); net.head = Linear(8, 10); [|own.step|]();", TestName = "Head_replaced")]
    [TestCase(
        "var net2 = Sequential(Linear(1, 1)); var own = optim.SGD(net2.parameters(), 0.1); net2.append(Linear(1, 1)); [|own.step|]();",
        TestName = "Part_added")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.add_module(\"more\", Linear(1, 1)); [|own.step|]();",
        TestName = "Registered_later")]
    [TestCase("var own = optim.Adam(net.parameters()); if (warm) net = net.to(device); [|own.step|]();", TestName = "Moved_on_one_branch")]
    [TestCase("var own = optim.Adam(net.head.parameters()); net.to(device); [|own.step|]();", TestName = "Owner_of_the_part_moved")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.to(torch.CUDA); own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) "
            + "{ [|own.step|](); net.cpu(); net.to(torch.CUDA); net.cpu(); }",
        TestName = "Saved_in_between")]
    [TestCase("var own = optim.Adam(net.parameters()); Move(net, device); [|own.step|]();", TestName = "Moved_in_a_source_method")]
    [TestCase("var own = optim.Adam(net.parameters()); net.to(device); [|Step|](own);", TestName = "Stepped_in_a_source_method")]
    public Task Flags(string body) => Verify(body);

    [TestCase("net.to(device); var own = optim.Adam(net.parameters()); own.step();", TestName = "Moved_before")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.to(device); own = optim.Adam(net.parameters()); own.step();",
        TestName = "Built_anew")]
    [TestCase("net.to(device); var own = optim.Adam(net.parameters()); net.to(device); own.step();", TestName = "Moved_where_it_is")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.to(CPU); net.cpu(); net.to(float32); own.step();",
        TestName = "To_where_a_new_one_is")]
    [TestCase(
        "var cpu = torch.CPU; var own = optim.Adam(net.parameters()); net.to(cpu); own.step();",
        TestName = "To_a_device_that_is_the_processor")]
    [TestCase("var own = optim.Adam(net.parameters()); var other = new Net(); other.to(device); own.step();", TestName = "Another_network")]
    [TestCase("net.head = Linear(8, 10); var own = optim.Adam(net.parameters()); own.step();", TestName = "Head_replaced_before")]
    [TestCase("var own = optim.Adam(net.backbone.parameters()); net.head = Linear(8, 10); own.step();", TestName = "Another_part_replaced")]
    [TestCase("var own = optim.Adam(net.parameters()); net.to(device);", TestName = "Never_steps")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); var x = batches[0].Item1.to(device); net.call(x); own.step();",
        TestName = "Input_moved")]
    [TestCase(
        "net.to(device); var own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) "
            + "{ own.step(); net.cpu(); net.save(\"x\"); net.to(device); }",
        TestName = "There_and_back")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); External.Use(net); External.Use(own); net.to(device); own.step();",
        TestName = "Out_of_sight")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "own = optim.Adam(net.parameters());\n        net.to(device);\n        own.step();",
        "net.to(device);\n        own = optim.Adam(net.parameters());\n        own.step();",
        TestName = "Behind_the_move")]
    [TestCase(
        "// The optimizer.\n        own = optim.Adam(net.parameters());\n        var one = 1;\n        net.head = Linear(8, 10);\n   "
            + "     own.step();",
        "var one = 1;\n        net.head = Linear(8, 10);\n        // The optimizer.\n        own = optim.Adam(net.parameters());\n   "
            + "     own.step();",
        TestName = "With_its_comment")]
    public Task Moves(string before, string after) =>
        CodeFixVerifier.Verify<MisplacedOptimizerAnalyzer, MoveConstructionCodeFix>(
            Source("optim.Optimizer own;\n        " + before),
            Source("optim.Optimizer own;\n        " + after),
            OutOfSight.Source);

    [TestCase("var own = optim.Adam(net.parameters()); own.zero_grad(); net.to(device); own.step();", TestName = "Used_in_between")]
    [TestCase("var own = optim.Adam(net.parameters()); if (warm) net.to(device); own.step();", TestName = "Moved_on_a_branch")]
    [TestCase(
        "net.to(device); var own = optim.Adam(net.parameters()); while (warm) { own.step(); net.cpu(); }",
        TestName = "Moved_later_in_a_loop")]
    public Task Offers_nothing(string body) =>
        CodeFixVerifier.VerifyNoFix<MisplacedOptimizerAnalyzer, MoveConstructionCodeFix>(Source(body), OutOfSight.Source);

    private static Task Verify(string body) =>
        AnalyzerVerifier.Verify<MisplacedOptimizerAnalyzer>(Source(body), "FT3003", OutOfSight.Source);

    private static string Source(string body) =>
        TrainingProgram.Source(
            body,
            """
            private static void Move(Net net, torch.Device device) => net.to(device);
            private static void Step(optim.Optimizer optimizer) => optimizer.step();
            """);
}
