using FineTune.Analyzers.FT3020;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3020;

public sealed class PilingTensorsTests
{
    private const string Step = "opt.zero_grad(); var loss = functional.mse_loss(net.call(x), y); loss.backward(); opt.step(); ";

    [TestCase("[|foreach|] (var (x, y) in batches) { " + Step + "}", TestName = "Foreach")]
    [TestCase("[|for|] (var i = 0; i < 3; i++) { var (x, y) = batches[i]; " + Step + "}", TestName = "For")]
    [TestCase("[|while|] (true) { var (x, y) = batches[0]; " + Step + "}", TestName = "While")]
    [TestCase("[|do|] { var (x, y) = batches[0]; " + Step + "} while (true);", TestName = "Do")]
    [TestCase("for (var epoch = 0; epoch < 3; epoch++) { [|foreach|] (var (x, y) in batches) { " + Step + "} }", TestName = "Epochs")]
    [TestCase(
        "[|foreach|] (var (x, y) in batches) { " + Step + "var again = functional.mse_loss(net.call(x), y); again.backward(); "
            + "opt.step(); }",
        TestName = "Two_losses")]
    [TestCase("using var scope = NewDisposeScope(); [|foreach|] (var (x, y) in batches) { " + Step + "}", TestName = "Scope_around_all")]
    public Task Flags(string body) => Verify(body);

    [TestCase("foreach (var (x, y) in batches) { using var scope = NewDisposeScope(); " + Step + "}", TestName = "Scope")]
    [TestCase("foreach (var (x, y) in batches) { using (torch.NewDisposeScope()) { " + Step + "} }", TestName = "Scope_of_a_statement")]
    [TestCase(
        "for (var e = 0; e < 3; e++) { using var scope = NewDisposeScope(); foreach (var (x, y) in batches) { " + Step + "} }",
        TestName = "Scope_of_an_epoch")]
    [TestCase(
        "using var scope = NewDisposeScope(); foreach (var (x, y) in batches) { " + Step + "scope.DisposeEverything(); }",
        TestName = "Scope_emptied")]
    [TestCase("foreach (var (x, y) in batches) { " + Step + "loss.Dispose(); }", TestName = "Disposed_by_hand")]
    [TestCase(
        "foreach (var (x, y) in batches) { opt.zero_grad(); using var loss = functional.mse_loss(net.call(x), y); "
            + "loss.backward(); opt.step(); }",
        TestName = "Using")]
    [TestCase("foreach (var (x, y) in batches) { " + Step + "GC.Collect(); }", TestName = "Collected")]
    [TestCase("foreach (var (x, y) in batches) { " + Step + "Free(loss); }", TestName = "Disposed_by_a_helper")]
    [TestCase("foreach (var (x, y) in batches) { " + Step + "free(loss); }", TestName = "Handed_to_a_delegate")]
    [TestCase("foreach (var (x, y) in batches) { Train(net, opt, x, y); }", TestName = "Steps_elsewhere")]
    [TestCase("foreach (var (x, y) in batches) { functional.mse_loss(net.call(x), y).backward(); }", TestName = "No_step")]
    [TestCase("var (x, y) = batches[0]; " + Step, TestName = "No_loop")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<PilingTensorsAnalyzer>(Source(body), "FT3020");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Action<Tensor> free, Linear net, optim.Optimizer opt, IReadOnlyList<(Tensor, Tensor)> batches)
            {
                {{body}}
            }

            private static void Free(Tensor tensor) => tensor.Dispose();
            private static void Train(Linear net, optim.Optimizer opt, Tensor x, Tensor y)
            {
                {{Step}}
            }
        }
        """;
}
