using FineTune.Analyzers.FT3016;
using FineTune.CodeFixes.FT3016;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3016;

public sealed class DoubleActivationTests
{
    [TestCase("var loss = [|functional.cross_entropy|](functional.softmax(net.call(x), 1), y);", TestName = "Function")]
    [TestCase("var loss = [|functional.cross_entropy|](net.call(x).log_softmax(1), y);", TestName = "Method_of_the_tensor")]
    [TestCase(
        "var p = torch.sigmoid(net.call(x)); var loss = [|functional.binary_cross_entropy_with_logits|](p.squeeze(), y);",
        TestName = "Sigmoid_in_a_variable")]
    [TestCase("var output = net.call(x); output = output.softmax(1); var loss = [|ce.call|](output, y);", TestName = "Assigned_again")]
    [TestCase("var soft = Softmax(1); var loss = [|ce.call|](soft.call(net.call(x)), y);", TestName = "Layer_in_a_variable")]
    [TestCase("var loss = [|ce.forward|](soft.call(net.call(x)), y);", TestName = "Layer_in_a_field")]
    [TestCase(
        "var model = Sequential((\"fc\", Linear(4, 2)), (\"out\", LogSoftmax(1))); var loss = [|ce.call|](model.call(x), y);",
        TestName = "Sequence_of_named_layers")]
    [TestCase(
        "var model = nn.Sequential(Linear(4, 1), Sigmoid()).to(CPU); var loss = [|BCEWithLogitsLoss().call|](model.call(x), y);",
        TestName = "Sequence_moved_to_a_device")]
    [TestCase("var loss = [|ce.call|](stack.call(x), y);", TestName = "Sequence_in_a_field")]
    [TestCase("var loss = [|ce.call|](new Probabilities().call(x), y);", TestName = "Class_of_ones_own")]
    [TestCase("var loss = [|ce.call|](probabilities.forward(x), y);", TestName = "Instance_in_a_field")]
    [TestCase("var loss = [|any.call|](probabilities.call(x), y);", TestName = "Loss_behind_its_base_class")]
    [TestCase("var loss = [|ce.call|](new Outer().call(x), y);", TestName = "Class_that_holds_such_a_class")]
    [TestCase("var loss = [|ce.call|](Predict(x), y);", TestName = "Method_of_ones_own")]
    public Task Flags(string body) => Verify(body);

    [TestCase("var loss = functional.cross_entropy(net.call(x), y);", TestName = "Logits")]
    [TestCase("var loss = functional.nll_loss(net.call(x).log_softmax(1), y);", TestName = "The_loss_that_goes_with_it")]
    [TestCase("var loss = functional.binary_cross_entropy(net.call(x).sigmoid(), y);", TestName = "Sigmoid_before_the_other_loss")]
    [TestCase("var loss = functional.cross_entropy(net.call(x), y.softmax(1));", TestName = "Probabilities_as_targets")]
    [TestCase(
        "var logits = net.call(x); var p = logits.softmax(1); var loss = ce.call(logits, y); p.print();",
        TestName = "Beside_the_loss")]
    [TestCase("var loss = ce.call(functional.softmax(net.call(x), 1) * 4, y);", TestName = "Something_is_done_with_it")]
    [TestCase("var loss = ce.call(any2.call(x), y);", TestName = "Module_from_elsewhere")]
    [TestCase("var loss = ce.call(new Twofold().call(x), y);", TestName = "Only_one_of_two_returns")]
    [TestCase("var loss = ce.call(open.call(x), y);", TestName = "May_be_of_a_derived_class")]
    [TestCase(
        "var model = Sequential(Linear(4, 2), Softmax(1)); model.append(Linear(2, 2)); var loss = ce.call(model.call(x), y);",
        TestName = "Sequence_that_grows")]
    [TestCase("var p = net.call(x); if (y.shape[0] > 1) { p = p.softmax(1); } var loss = ce.call(p, y);", TestName = "On_a_condition")]
    [TestCase("var loss = ce.call(Sequential(Softmax(1), Linear(2, 2)).call(x), y);", TestName = "Not_the_last_layer")]
    [TestCase(
        "var p = net.call(x); p = p.softmax(1); void Undo() { p = net.call(x); } Undo(); var loss = ce.call(p, y);",
        TestName = "Assigned_by_a_local_function")]
    [TestCase("var loss = ce.call(net.call(x).sigmoid(), y);", TestName = "Sigmoid_before_classes")]
    [TestCase("var loss = Own.cross_entropy(net.call(x).softmax(1), y);", TestName = "A_loss_of_ones_own")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "var loss = functional.cross_entropy(functional.softmax(net.call(x), dim: 1), y);",
        "var loss = functional.cross_entropy(net.call(x), y);")]
    [TestCase("var loss = ce.call(net.call(x).log_softmax(1), y);", "var loss = ce.call(net.call(x), y);")]
    [TestCase("var loss = ce.call(soft.call(net.call(x)), y);", "var loss = ce.call(net.call(x), y);")]
    public Task Hands_over_the_logits(string before, string after) =>
        CodeFixVerifier.Verify<DoubleActivationAnalyzer, LogitsCodeFix>(Source(before), Source(after));

    [TestCase("var p = net.call(x).softmax(1); var loss = ce.call(p, y); p.print();", TestName = "The_variable_may_be_used")]
    [TestCase("var loss = ce.call(probabilities.call(x), y);", TestName = "Elsewhere")]
    public Task Leaves_what_has_no_one_edit(string body) =>
        CodeFixVerifier.VerifyNoFix<DoubleActivationAnalyzer, LogitsCodeFix>(Source(body));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<DoubleActivationAnalyzer>(Source(body), "FT3016");

    private static string Source(string body) =>
        $$"""
        namespace Demo;

        public class Probabilities : Module<Tensor, Tensor>
        {
            private readonly Linear fc1 = Linear(4, 8);
            private readonly Linear fc2 = Linear(8, 2);
            public Probabilities() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                x = functional.relu(fc1.call(x));
                x = fc2.call(x);
                return functional.softmax(x, 1);
            }
        }

        public sealed class Outer : Module<Tensor, Tensor>
        {
            private readonly Probabilities inner = new();
            public Outer() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                using var scope = NewDisposeScope();
                var result = inner.call(x);
                return result.MoveToOuterDisposeScope();
            }
        }

        public sealed class Twofold : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 8);
            public Twofold() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                x = fc.call(x);
                if (training)
                {
                    return x;
                }

                return functional.softmax(x, 1);
            }
        }

        public class Open : Module<Tensor, Tensor>
        {
            public Open() : base("net") { }
            public override Tensor forward(Tensor x) => x.softmax(1);
        }

        public sealed class Derived : Open
        {
            public override Tensor forward(Tensor x) => x;
        }

        public static class Own
        {
            public static Tensor cross_entropy(Tensor x, Tensor y) => (x * y).sum();
        }

        public sealed class Program
        {
            private readonly CrossEntropyLoss ce = CrossEntropyLoss();
            private readonly Loss<Tensor, Tensor, Tensor> any = CrossEntropyLoss();
            private readonly Module<Tensor, Tensor> soft;
            private readonly Probabilities probabilities = new();
            private Sequential stack;

            public Program()
            {
                soft = Softmax(1);
                stack = Sequential(Linear(4, 2), Softmax(1));
            }

            public void Run(Linear net, Module<Tensor, Tensor> any2, Open open, Tensor x, Tensor y)
            {
                {{body}}
            }

            private Tensor Predict(Tensor x) => probabilities.call(x);
        }
        """;
}
