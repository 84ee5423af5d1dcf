using FineTune.Analyzers.FT3006;
using FineTune.CodeFixes.FT3006;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.FT3006;

public sealed class ForwardInvokedTests
{
    [TestCase("var y = net.[|forward|](x);", TestName = "A_model_of_ones_own")]
    [TestCase("var y = layer.[|forward|](x);", TestName = "A_layer")]
    [TestCase("var y = any.[|forward|](x);", TestName = "A_module_of_unknown_type")]
    [TestCase("var y = Sequential(layer, layer).[|forward|](x);", TestName = "A_sequence")]
    [TestCase("var y = net.inner.[|forward|](net.inner.[|forward|](x));", TestName = "A_part_twice")]
    public Task Flags(string body) => Verify(body);

    [TestCase("var y = net.call(x);", TestName = "Calls")]
    [TestCase("var y = other.forward(x);", TestName = "A_class_that_is_no_module")]
    [TestCase("var y = net.Twice(x);", TestName = "Its_own_forward_within_the_class")]
    [TestCase("Func<Tensor, Tensor> f = net.forward;", TestName = "Not_invoked")]
    [TestCase("var y = net.forward(x, 2);", TestName = "An_overload_that_call_does_not_have")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public Task Writes_call() => CodeFixVerifier.Verify<ForwardInvokedAnalyzer, CallCodeFix>(
        Plain("var y = layer.forward(net.forward(x));"), Plain("var y = layer.call(net.call(x));"));

    [TestCase("var y = net.forward(x);", ExpectedResult = DiagnosticSeverity.Info, TestName = "Without_a_hook")]
    [TestCase(
        "// net.register_forward_hook\n var y = net.forward(x);",
        ExpectedResult = DiagnosticSeverity.Info, TestName = "In_a_comment")]
    [TestCase(
        "layer.register_forward_hook((module, input, output) => output); var y = net.forward(x);",
        ExpectedResult = DiagnosticSeverity.Warning,
        TestName = "With_a_hook_after")]
    [TestCase(
        "layer.register_forward_pre_hook((module, input) => input); var y = any.forward(x);",
        ExpectedResult = DiagnosticSeverity.Warning,
        TestName = "With_a_hook_before")]
    [TestCase("var y = annotated.forward(x);", ExpectedResult = DiagnosticSeverity.Warning, TestName = "Of_an_annotated_class")]
    [TestCase("var y = derived.forward(x);", ExpectedResult = DiagnosticSeverity.Warning, TestName = "Of_a_class_derived_from_one")]
    public async Task<DiagnosticSeverity> Severity(string body) =>
        (await AnalyzerVerifier.Diagnose(new ForwardInvokedAnalyzer(), Source(body), Annotated)).Single().Severity;

    [Test]
    public async Task A_hook_in_another_file_makes_it_a_warning() =>
        Assert.That(
            (await AnalyzerVerifier.DiagnoseWithoutRuntime(
                new ForwardInvokedAnalyzer(),
                Plain("var y = net.forward(x);"),
                "public static class Hooks { public static void On(Linear layer) => layer.register_forward_hook((m, i, o) => o); }"))
                .Single().Severity,
            Is.EqualTo(DiagnosticSeverity.Warning));

    private const string Annotated =
        """
        namespace Demo;
        public partial class Annotated : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            public Annotated() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x) => body.call(x);
        }

        public sealed class Derived : Annotated;
        """;

    private static Task Verify(string body) => AnalyzerVerifier.Verify<ForwardInvokedAnalyzer>(Plain(body), "FT3006");

    private static string Plain(string body) =>
        Source(body).Replace("Annotated annotated, Derived derived, ", "", StringComparison.Ordinal);

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Net : Module<Tensor, Tensor>
        {
            public readonly Linear inner = Linear(1, 1);
            public Net() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x) => inner.call(x);
            public Tensor forward(Tensor x, int times) => x;
            public Tensor Twice(Tensor x) => forward(this.forward(x));
        }

        public sealed class Other
        {
            public Tensor forward(Tensor x) => x;
        }

        public static class Program
        {
            public static void Run(Annotated annotated, Derived derived, Net net, Linear layer, Module<Tensor, Tensor> any, Other other, Tensor x)
            {
                {{body}}
            }
        }
        """;
}
