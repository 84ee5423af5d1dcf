using FineTune.Analyzers.FT3008;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3008;

public sealed class ScopeAcrossAwaitTests
{
    [TestCase("async Task Run() { using var _ = torch.no_grad(); [|await|] Task.Delay(1); }", TestName = "Await_to_the_end_of_the_block")]
    [TestCase(
        "async Task Run() { using (NewDisposeScope()) { if (rand(1).item<float>() > 0) [|await|] Task.Delay(1); } }",
        TestName = "Await_in_a_branch")]
    [TestCase(
        "async Task Run() "
            + "{ using var scope = NewDisposeScope(); for (var i = 0; i < 3; i++) { var x = rand(3); var y = [|await|] "
            + "Task.FromResult(x); } }",
        TestName = "Await_in_a_loop")]
    [TestCase(
        "async Task Run(IAsyncEnumerable<int> items) "
            + "{ using var _ = set_grad_enabled(false); [|await|] foreach (var item in items) zeros(item); }",
        TestName = "Await_foreach")]
    [TestCase(
        "async Task Run(System.IO.Stream stream) { using var _ = torch.no_grad(); [|await|] using var file = stream; zeros(1); }",
        TestName = "Await_using")]
    [TestCase(
        "async Task Run(System.IO.Stream stream) { using var _ = torch.no_grad(); [|await|] using (stream) zeros(1); }",
        TestName = "Await_using_statement")]
    [TestCase("IEnumerable<Tensor> Run() { using var scope = torch.NewDisposeScope(); [|yield return|] zeros(1); }", TestName = "Yield")]
    [TestCase(
        "IEnumerable<Tensor> Run() { using (torch.no_grad()) foreach (var n in new[] { 1, 2 }) [|yield return|] zeros(n); }",
        TestName = "Yield_in_a_loop")]
    [TestCase(
        "void Run() { Func<Task> later = async () => { using var _ = torch.enable_grad(); [|await|] Task.Delay(1); }; }",
        TestName = "In_a_lambda")]
    [TestCase(
        "async Task Run() { using IDisposable a = torch.no_grad(); [|await|] Task.WhenAll([|await|] Task.FromResult(Task.Delay(1))); }",
        TestName = "Twice")]
    public Task Flags(string method) => Verify(method);

    [TestCase("async Task Run() { using (torch.no_grad()) zeros(1); await Task.Delay(1); }", TestName = "After_the_scope")]
    [TestCase("async Task Run() { await Task.Delay(1); using var _ = torch.no_grad(); zeros(1); }", TestName = "Before_the_scope")]
    [TestCase(
        "async Task Run() { using var file = new System.IO.MemoryStream(); await file.FlushAsync(); }",
        TestName = "Another_kind_of_scope")]
    [TestCase(
        "void Run() { using var _ = torch.no_grad(); Func<Task> later = async () => await Task.Delay(1); }",
        TestName = "In_a_lambda_made_inside")]
    [TestCase(
        "IEnumerable<Tensor> Run() { using (torch.no_grad()) { if (zeros(1).item<float>() > 0) yield break; } yield return ones(1); }",
        TestName = "Yield_break")]
    [TestCase(
        "IEnumerable<Tensor> Run() "
            + "{ foreach (var n in new[] { 1, 2 }) { Tensor t; using (torch.no_grad()) t = zeros(n); yield return t; } }",
        TestName = "Yield_after_the_scope")]
    [TestCase(
        "async Task Run() { if (zeros(1).item<float>() > 0) { using var _ = torch.no_grad(); } await Task.Delay(1); }",
        TestName = "Scope_of_a_block_that_ended")]
    [TestCase("async Task Run() { using var _ = Own.no_grad(); await Task.Delay(1); }", TestName = "A_method_of_ones_own")]
    public Task Is_silent(string method) => Verify(method);

    [Test]
    public async Task Names_the_scope_and_shows_where_it_was_opened()
    {
        var diagnostic = (
            await AnalyzerVerifier.Diagnose(
                new ScopeAcrossAwaitAnalyzer(),
                Source("async Task Run() { using var _ = torch.no_grad(); await Task.Delay(1); }"))).Single();

        Assert.That(
            diagnostic.GetMessage(),
            Is.EqualTo(
                "'await' inside the scope of 'no_grad', which holds for one thread: what follows may run on another thread, and "
                    + "this one keeps the scope; end the scope before it"));
        Assert.That(diagnostic.AdditionalLocations, Has.Count.EqualTo(1));
    }

    private static Task Verify(string method) => AnalyzerVerifier.Verify<ScopeAcrossAwaitAnalyzer>(Source(method), "FT3008");

    private static string Source(string method) =>
        $$"""
        using System.Threading.Tasks;
        namespace Demo;
        public static class Own
        {
            public static IDisposable no_grad() => torch.no_grad();
        }

        public class Program
        {
            {{method}}
        }
        """;
}
