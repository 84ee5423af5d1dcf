using FineTune.Analyzers.FT3002;
using FineTune.CodeFixes.FT3002;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3002;

public sealed class LazyParametersTests
{
    [TestCase("optim.Adam([|model.parameters().Where(p => p.requires_grad)|], 1e-3);", TestName = "Filter")]
    [TestCase(
        "var trainable = model.parameters().Where(p => p.requires_grad); optim.SGD([|trainable|], 0.1);",
        TestName = "Filter_in_a_variable")]
    [TestCase(
        "optim.AdamW([|model.parameters().Where(p => p.requires_grad).Concat(other.parameters())|]);",
        TestName = "Filter_joined_with_more")]
    [TestCase("optim.RMSProp([|Trainable(model)|], 0.1);", TestName = "Iterator_of_ones_own")]
    [TestCase(
        "optim.Adam(new[] { new Adam.ParamGroup([|model.parameters().Where(p => p.requires_grad)|]) }, 1e-3);",
        TestName = "Parameter_group")]
    [TestCase(
        "optim.SGD([|model.named_parameters().Select(named => named.parameter).Where(p => p.requires_grad)|], 0.1);",
        TestName = "Filter_of_named_parameters")]
    [TestCase(
        "var group = new Adam.ParamGroup(model.parameters()); group.Parameters = [|model.parameters().Where(p => p.requires_grad)|];",
        TestName = "Assigned_to_a_group")]
    [TestCase(
        "optim.SGD(new[] { new SGD.ParamGroup(other.parameters()) { Parameters = [|model.parameters().Where(p => "
            + "p.requires_grad)|] } }, 0.1);",
        TestName = "In_the_initializer_of_a_group")]
    [TestCase("optim.Adam([|held|], 1e-3);", TestName = "Filter_in_a_field")]
    [TestCase("optim.Adam([|Given|], 1e-3);", TestName = "Filter_in_a_property_assigned_in_the_constructor")]
    [TestCase("var all = held.Concat(other.parameters()); optim.Adam([|all|], 1e-3);", TestName = "Filter_in_a_field_joined_with_more")]
    public Task Flags(string body) => Verify(body);

    [TestCase("optim.Adam(model.parameters(), 1e-3);", TestName = "All_parameters")]
    [TestCase("optim.Adam(model.parameters().Where(p => p.requires_grad).ToList(), 1e-3);", TestName = "List")]
    [TestCase(
        "var trainable = model.parameters().Where(p => p.requires_grad).ToArray(); optim.SGD(trainable, 0.1);",
        TestName = "Array_in_a_variable")]
    [TestCase("optim.SGD(model.parameters().Concat(other.parameters()), 0.1);", TestName = "Two_models")]
    [TestCase(
        "IEnumerable<Parameter> some = model.parameters().Where(p => p.requires_grad); some = some.ToList(); optim.SGD(some, 0.1);",
        TestName = "Made_a_list_later")]
    [TestCase("optim.SGD([.. model.parameters().Where(p => p.requires_grad)], 0.1);", TestName = "Collection_expression")]
    [TestCase(
        "foreach (var p in model.parameters().Where(p => p.requires_grad)) p.requires_grad = false;",
        TestName = "Not_for_an_optimizer")]
    [TestCase(
        "var group = new Adam.ParamGroup(model.parameters()); group.Parameters = model.parameters().Where(p => p.requires_grad).ToList();",
        TestName = "List_assigned_to_a_group")]
    [TestCase("var group = new Adam.ParamGroup(other.parameters()) { Parameters = model.parameters() };", TestName = "All")]
    [TestCase("var mine = new Own(); mine.Parameters = model.parameters().Where(p => p.requires_grad);", TestName = "A_group_of_ones_own")]
    [TestCase("optim.Adam(list, 1e-3);", TestName = "List_in_a_field")]
    [TestCase("optim.Adam(twice, 1e-3);", TestName = "Field_assigned_twice")]
    [TestCase("optim.Adam(Open, 1e-3);", TestName = "Field_that_others_may_assign")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "optim.Adam(model.parameters().Where(p => p.requires_grad), 1e-3);",
        "optim.Adam(model.parameters().Where(p => p.requires_grad).ToList(), 1e-3);")]
    [TestCase(
        "var trainable = model.parameters().Where(p => p.requires_grad); optim.SGD(trainable, 0.1);",
        "var trainable = model.parameters().Where(p => p.requires_grad); optim.SGD(trainable.ToList(), 0.1);")]
    [TestCase("optim.SGD(held, 0.1);", "optim.SGD(held.ToList(), 0.1);")]
    [TestCase(
        "var group = new Adam.ParamGroup(model.parameters()) { Parameters = model.parameters().Where(p => p.requires_grad) };",
        "var group = new Adam.ParamGroup(model.parameters()) { Parameters = model.parameters().Where(p => p.requires_grad).ToList() };")]
    public Task Makes_a_list(string before, string after) =>
        CodeFixVerifier.Verify<LazyParametersAnalyzer, ToListCodeFix>(Source(before), Source(after));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<LazyParametersAnalyzer>(Source(body), "FT3002");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Own
        {
            public IEnumerable<Parameter> Parameters { get; set; } = [];
        }

        public sealed class Program
        {
            private static readonly Linear shared = Linear(1, 1);
            private readonly IEnumerable<Parameter> held = shared.parameters().Where(p => p.requires_grad);
            private readonly IEnumerable<Parameter> list = shared.parameters().Where(p => p.requires_grad).ToList();
            private IEnumerable<Parameter> twice = shared.parameters().Where(p => p.requires_grad);
            public IEnumerable<Parameter> Open = shared.parameters().Where(p => p.requires_grad);
            private IEnumerable<Parameter> Given { get; }

            public Program(bool all)
            {
                Given = shared.parameters().Where(p => p.requires_grad);
                if (all)
                {
                    twice = shared.parameters().ToList();
                }
            }

            public void Run(Linear model, Linear other)
            {
                {{body}}
            }

            private static IEnumerable<Parameter> Trainable(Module module)
            {
                foreach (var parameter in module.parameters())
                {
                    if (parameter.requires_grad)
                        yield return parameter;
                }
            }
        }
        """;
}
