using FineTune.Analyzers.FT3015;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3015;

public sealed class SharedParameterTests
{
    [TestCase(
        "[|optim.Adam|](new[] { new Adam.ParamGroup(net.parameters()), new Adam.ParamGroup(net.head.parameters()) });",
        TestName = "Whole_and_part")]
    [TestCase(
        "[|optim.AdamW|](new AdamW.ParamGroup[] { new(net.head.parameters()), new(net.head.parameters()) });",
        TestName = "The_same_twice")]
    [TestCase(
        "var own = optim.SGD(net.parameters(), 0.1); [|own.add_param_group|](new SGD.ParamGroup(net.backbone.parameters()));",
        TestName = "Part_added_later")]
    [TestCase(
        "var own = optim.SGD(net.head.parameters(), 0.1); [|own.add_param_group|](new SGD.ParamGroup(net.parameters()));",
        TestName = "Whole_added_later")]
    [TestCase(
        "var own = optim.SGD(net.head.parameters(), 0.1); own.add_param_group(new SGD.ParamGroup(net.backbone.parameters())); "
            + "[|own.add_param_group|](new SGD.ParamGroup(net.head.parameters()));",
        TestName = "Added_and_added_again")]
    [TestCase(
        "var groups = new[] { new Adam.ParamGroup(net.backbone.parameters()), new Adam.ParamGroup(net.parameters()) }; "
            + "[|optim.Adam|](groups);",
        TestName = "Groups_in_a_variable")]
    [TestCase("[|optim.Adam|](net.parameters().Concat(net.head.parameters()));", TestName = "One_sequence_after_the_other")]
    [TestCase(
        "var head = net.head; [|optim.Adam|](new[] { new Adam.ParamGroup(net.parameters()), new Adam.ParamGroup(head.parameters()) });",
        TestName = "Under_another_name")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "optim.Adam(new[] { new Adam.ParamGroup(net.backbone.parameters()), new Adam.ParamGroup(net.head.parameters()) });",
        TestName = "Part_and_part")]
    [TestCase(
        "var own = optim.SGD(net.head.parameters(), 0.1); own.add_param_group(new SGD.ParamGroup(net.backbone.parameters()));",
        TestName = "The_other_part_added_later")]
    [TestCase(
        "optim.Adam(new[] { new Adam.ParamGroup(net.parameters().Where(p => p.shape.Length > 1).ToList()), "
            + "new Adam.ParamGroup(net.parameters().Where(p => p.shape.Length < 2).ToList()) });",
        TestName = "Chosen_by_shape")]
    [TestCase(
        "var own = optim.Adam(net.parameters().Where(p => p.requires_grad).ToList()); Thaw(net.backbone); "
            + "own.add_param_group(new Adam.ParamGroup(net.backbone.parameters()));",
        TestName = "Unfrozen_and_added")]
    [TestCase(
        "var other = new Net(); optim.Adam(new[] { new Adam.ParamGroup(net.parameters()), new Adam.ParamGroup(other.parameters()) });",
        TestName = "Two_networks")]
    [TestCase("optim.Adam(net.parameters().Union(net.head.parameters()));", TestName = "Each_once")]
    [TestCase(
        "var a = optim.Adam(net.parameters()); var b = optim.Adam(net.head.parameters());",
        TestName = "Two_optimizers")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); opt.add_param_group(new Adam.ParamGroup(net.head.parameters()));",
        TestName = "An_optimizer_from_elsewhere")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<SharedParameterAnalyzer>(TrainingProgram.Source(body), "FT3015");
}
