using FineTune.Analyzers.FT3007;
using FineTune.CodeFixes.FT3007;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3007;

public sealed class DiscardedScopeTests
{
    [TestCase("[|torch.no_grad()|];", TestName = "No_grad")]
    [TestCase("[|NewDisposeScope()|];", TestName = "Dispose_scope")]
    [TestCase("[|set_grad_enabled(false)|];", TestName = "Gradient_mode")]
    [TestCase("[|torch.enable_grad()|];", TestName = "Enable_grad")]
    [TestCase("_ = [|torch.no_grad()|];", TestName = "Assigned_to_a_discard")]
    public Task Flags(string body) => Verify(body);

    [TestCase("using var _ = torch.no_grad();", TestName = "Held_to_the_end_of_the_block")]
    [TestCase("using (torch.no_grad()) zeros(1);", TestName = "Held_by_a_statement")]
    [TestCase("var scope = NewDisposeScope(); scope.Dispose();", TestName = "Disposed_by_hand")]
    [TestCase("IDisposable Open() => torch.no_grad(); using var scope = Open();", TestName = "Given_back")]
    [TestCase("Own.no_grad();", TestName = "A_method_of_ones_own")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase("torch.no_grad();", "using var _ = torch.no_grad();")]
    [TestCase("_ = NewDisposeScope();", "using var _2 = NewDisposeScope();")]
    [TestCase("using var _ = NewDisposeScope(); torch.no_grad();", "using var _ = NewDisposeScope(); using var _2 = torch.no_grad();")]
    public Task Holds_the_scope(string before, string after) =>
        CodeFixVerifier.Verify<DiscardedScopeAnalyzer, UsingCodeFix>(Source(before), Source(after));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<DiscardedScopeAnalyzer>(Source(body), "FT3007");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Own
        {
            public static IDisposable no_grad() => torch.no_grad();
        }

        public static class Program
        {
            public static void Run()
            {
                {{body}}
            }
        }
        """;
}
