using FineTune.Analyzers.FT3006;
using FineTune.CodeFixes.FT3006;
using FineTune.Testing;

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
        Source("var y = layer.forward(net.forward(x));"), Source("var y = layer.call(net.call(x));"));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<ForwardInvokedAnalyzer>(Source(body), "FT3006");

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
            public static void Run(Net net, Linear layer, Module<Tensor, Tensor> any, Other other, Tensor x)
            {
                {{body}}
            }
        }
        """;
}
