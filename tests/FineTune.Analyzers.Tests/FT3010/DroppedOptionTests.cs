using FineTune.Analyzers.FT3010;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3010;

public sealed class DroppedOptionTests
{
    [TestCase("optim.SGD(new[] { [|new SGD.ParamGroup(a.parameters(), lr: 0.1)|] }, 0.01, momentum: 0.9);", TestName = "Momentum")]
    [TestCase(
        "optim.AdamW(new[] { [|new AdamW.ParamGroup(a.parameters(), 1e-4)|], [|new AdamW.ParamGroup(b.parameters(), 1e-3)|] }, 1e-3, "
            + "weight_decay: 0.01);",
        TestName = "Weight_decay_of_two_groups")]
    [TestCase(
        "optim.SGD([[|new SGD.ParamGroup(a.parameters(), lr: 0.1, momentum: 0.9)|]], 0.01, momentum: 0.9, weight_decay: 1e-4);",
        TestName = "One_of_two_options")]
    [TestCase(
        "var groups = new List<Adam.ParamGroup> { [|new(a.parameters(), 1e-3)|], new(b.parameters(), 1e-3, weight_decay: 0) }; "
            + "optim.Adam(groups, weight_decay: 0.01);",
        TestName = "Groups_in_a_list")]
    [TestCase(
        "var group = [|new RMSProp.ParamGroup(a.parameters(), lr: 1e-3)|]; optim.RMSProp(new[] { group }, momentum: 0.9);",
        TestName = "Group_in_a_variable")]
    [TestCase(
        "var optimizer = optim.SGD(a.parameters(), 0.01, momentum: 0.9); optimizer.add_param_group([|new "
            + "SGD.ParamGroup(b.parameters(), lr: 0.1)|]);",
        TestName = "Group_added_later")]
    [TestCase(
        "double decay = 0.01; new Adam(new[] { [|new Adam.ParamGroup(a.parameters(), 1e-3)|] }, weight_decay: decay);",
        TestName = "Constructor_and_a_variable")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "optim.SGD(new[] { new SGD.ParamGroup(a.parameters(), lr: 0.1, momentum: 0.9) }, 0.01, momentum: 0.9);",
        TestName = "Stated_in_the_group")]
    [TestCase("optim.SGD(new[] { new SGD.ParamGroup(a.parameters(), lr: 0.1) }, 0.01);", TestName = "Nothing_to_drop")]
    [TestCase(
        "optim.AdamW(new[] { new AdamW.ParamGroup(a.parameters(), 1e-4, weight_decay: 0) }, weight_decay: 0.01);",
        TestName = "Turned_off_in_the_group")]
    [TestCase(
        "optim.SGD(new[] { new SGD.ParamGroup { Parameters = a.parameters() } }, 0.01, momentum: 0.9);",
        TestName = "Group_that_takes_the_optimizers")]
    [TestCase(
        "optim.SGD(new[] { new SGD.ParamGroup(a.parameters(), new SGD.Options { LearningRate = 0.1 }) }, 0.01, momentum: 0.9);",
        TestName = "Group_with_options")]
    [TestCase("optim.SGD(new[] { new SGD.ParamGroup(a.parameters(), lr: 0.1) }, 0.01, momentum: 0, weight_decay: 0);", TestName = "Zero")]
    [TestCase("optim.SGD(a.parameters(), 0.01, momentum: 0.9, weight_decay: 1e-4);", TestName = "No_groups")]
    [TestCase(
        "var optimizer = optim.SGD(a.parameters(), 0.01); optimizer = optim.SGD(b.parameters(), 0.01, momentum: 0.9); "
            + "optimizer.add_param_group(new SGD.ParamGroup(b.parameters(), lr: 0.1));",
        TestName = "One_of_two_optimizers")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public async Task Names_what_is_dropped()
    {
        var diagnostic = (
            await AnalyzerVerifier.Diagnose(
                new DroppedOptionAnalyzer(),
                Source("optim.SGD(new[] { new SGD.ParamGroup(a.parameters(), lr: 0.1) }, 0.01, momentum: 0.9, weight_decay: 1e-4);")))
            .Single();

        Assert.That(
            diagnostic.GetMessage(),
            Does.StartWith("This group trains without the optimizer's momentum of 0.9 and weight_decay of 1e-4:"));
    }

    private static Task Verify(string body) => AnalyzerVerifier.Verify<DroppedOptionAnalyzer>(Source(body), "FT3010");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Linear a, Linear b)
            {
                {{body}}
            }
        }
        """;
}
