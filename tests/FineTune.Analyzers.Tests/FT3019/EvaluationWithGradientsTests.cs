using FineTune.Analyzers.FT3019;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3019;

public sealed class EvaluationWithGradientsTests
{
    [TestCase("[|net.eval()|]; var y = net.call(x); y.print();", TestName = "Call")]
    [TestCase("[|net.eval()|]; foreach (var batch in batches) { var y = net.forward(batch); y.print(); }", TestName = "In_a_loop")]
    [TestCase("[|model.eval()|]; Show(model.call(x));", TestName = "Field")]
    [TestCase("[|this.model.eval()|]; var y = model.call(x).argmax(1);", TestName = "Field_of_this")]
    [TestCase("var loaded = Linear(1, 1); [|loaded.eval()|]; if (x.shape[0] > 1) { loaded.call(x).print(); }", TestName = "Variable")]
    [TestCase("net.train(); [|net.eval()|]; var y = net.call(x); net.train();", TestName = "Put_back_afterwards")]
    [TestCase("Action run = () => { [|net.eval()|]; net.call(x).print(); }; run();", TestName = "In_a_lambda")]
    public Task Flags(string body) => Verify(body);

    [TestCase("net.eval(); using var _ = torch.no_grad(); var y = net.call(x);", TestName = "No_grad")]
    [TestCase("using (torch.inference_mode()) { net.eval(); net.call(x).print(); }", TestName = "Inference_mode")]
    [TestCase("net.eval(); using (set_grad_enabled(false)) net.call(x).print();", TestName = "Set_grad_enabled")]
    [TestCase("net.eval();", TestName = "Not_run")]
    [TestCase("var pool = MaxPool2d(2); pool.eval(); pool.call(x).print();", TestName = "A_layer_without_parameters")]
    [TestCase("net.eval(); model.call(x).print();", TestName = "Another_model")]
    [TestCase("var y = net.call(x); net.eval();", TestName = "Run_before")]
    [TestCase("net.eval(); net.train(); var y = net.call(x);", TestName = "Trained_again")]
    [TestCase("net.eval(); net.call(x).sum().backward();", TestName = "Goes_backward")]
    [TestCase("net.eval(); Explain(net.call(x));", TestName = "A_helper_goes_backward")]
    [TestCase("net.eval(); var g = autograd.grad([net.call(x).sum()], [x]);", TestName = "Takes_gradients")]
    [TestCase("net.eval(); using var scope = Without(); var y = net.call(x);", TestName = "Scope_of_a_helper")]
    [TestCase("net.eval(); explain(net.call(x));", TestName = "A_delegate_may_go_backward")]
    [TestCase("net.eval(); Action run = () => net.call(x).print(); run();", TestName = "Run_in_a_function")]
    [TestCase("frozen.eval(); frozen.call(x).print();", TestName = "Forward_pass_without_gradients")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase("using (torch.no_grad()) { Evaluate(); }", TestName = "Inside_the_scope_of_a_caller")]
    [TestCase("using var _ = torch.no_grad(); Validate();", TestName = "Inside_the_scope_of_a_callers_caller")]
    [TestCase("torch.set_grad_enabled(false);", TestName = "Turned_off_for_good")]
    [TestCase("held = torch.no_grad();", TestName = "Scope_in_a_field")]
    public Task Is_silent_in_another_method(string body) =>
        AnalyzerVerifier.Verify<EvaluationWithGradientsAnalyzer>(
            Source(body).Replace(
                "//",
                "private void Validate() => Evaluate(); private void Evaluate() { model.eval(); model.call(zeros(1)).print(); }",
                StringComparison.Ordinal),
            "FT3019");

    [Test]
    public Task Flags_a_method_beside_one_that_opens_a_scope() =>
        AnalyzerVerifier.Verify<EvaluationWithGradientsAnalyzer>(
            Source("using var _ = torch.no_grad(); model.call(x).print();").Replace(
                "//",
                "private void Evaluate() { [|model.eval()|]; model.call(zeros(1)).print(); }",
                StringComparison.Ordinal),
            "FT3019");

    private static Task Verify(string body) => AnalyzerVerifier.Verify<EvaluationWithGradientsAnalyzer>(Source(body), "FT3019");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Frozen : Module<Tensor, Tensor>
        {
            private readonly Linear inner = Linear(1, 1);
            public Frozen() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x) { {{(body.Contains("frozen", StringComparison.Ordinal) ? "using var _ = torch.no_grad();" : "")}} return inner.call(x); }
        }

        public sealed class Program
        {
            private static IDisposable? held;
            private readonly Module<Tensor, Tensor> model = Linear(1, 1);
            //
            public void Run(Action<Tensor> explain, Linear net, Frozen frozen, Tensor x, IReadOnlyList<Tensor> batches)
            {
                {{body}}
            }

            private static void Show(Tensor y) => y.print();
            private static void Explain(Tensor y) => y.sum().backward();
            {{(body.Contains("Without", StringComparison.Ordinal) ? "private static IDisposable Without() => torch.no_grad();" : "")}}
        }
        """;
}
