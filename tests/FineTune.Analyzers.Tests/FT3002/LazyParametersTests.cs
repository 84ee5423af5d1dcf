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
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "optim.Adam(model.parameters().Where(p => p.requires_grad), 1e-3);",
        "optim.Adam(model.parameters().Where(p => p.requires_grad).ToList(), 1e-3);")]
    [TestCase(
        "var trainable = model.parameters().Where(p => p.requires_grad); optim.SGD(trainable, 0.1);",
        "var trainable = model.parameters().Where(p => p.requires_grad); optim.SGD(trainable.ToList(), 0.1);")]
    public Task Makes_a_list(string before, string after) =>
        CodeFixVerifier.Verify<LazyParametersAnalyzer, ToListCodeFix>(Source(before), Source(after));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<LazyParametersAnalyzer>(Source(body), "FT3002");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Linear model, Linear other)
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
