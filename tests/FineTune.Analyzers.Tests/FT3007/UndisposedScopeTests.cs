using FineTune.Analyzers.FT3007;
using FineTune.CodeFixes.FT3007;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3007;

public sealed class UndisposedScopeTests
{
    [TestCase("[|torch.no_grad()|];", TestName = "No_grad")]
    [TestCase("[|NewDisposeScope()|];", TestName = "Dispose_scope")]
    [TestCase("[|set_grad_enabled(false)|];", TestName = "Gradient_mode")]
    [TestCase("[|torch.enable_grad()|];", TestName = "Enable_grad")]
    [TestCase("_ = [|torch.no_grad()|];", TestName = "Assigned_to_a_discard")]
    [TestCase("var scope = [|torch.no_grad()|]; zeros(1);", TestName = "Held_and_never_disposed")]
    [TestCase("var _ = [|torch.no_grad()|];", TestName = "Held_in_a_variable_called_like_a_discard")]
    [TestCase("var scope = [|NewDisposeScope()|]; var x = scope.MoveToOuter(zeros(1)); x.print();", TestName = "Held_and_used")]
    [TestCase("var scope = [|torch.no_grad()|]; if (n > 0) { return; } scope.Dispose();", TestName = "An_early_return")]
    [TestCase("IDisposable scope = [|inference_mode()|]; if (n > 0) { scope.Dispose(); }", TestName = "Disposed_in_one_branch")]
    [TestCase(
        "for (var i = 0; i < n; i++) { var scope = [|NewDisposeScope()|]; if (i == 3) { continue; } scope.Dispose(); }",
        TestName = "An_iteration_skipped")]
    [TestCase(
        "for (var i = 0; i < n; i++) { var scope = [|NewDisposeScope()|]; if (i == 3) { break; } scope.Dispose(); }",
        TestName = "A_loop_left")]
    [TestCase("try { var scope = [|torch.no_grad()|]; zeros(1); } finally { zeros(2); }", TestName = "A_finally_of_something_else")]
    [TestCase("void Inner() { var scope = [|torch.no_grad()|]; zeros(1); } Inner();", TestName = "In_a_local_function")]
    [TestCase("Action inner = () => { var scope = [|torch.no_grad()|]; zeros(1); }; inner();", TestName = "In_a_lambda")]
    public Task Flags(string body) => Verify(body);

    [TestCase("using var _ = torch.no_grad();", TestName = "Held_to_the_end_of_the_block")]
    [TestCase("using (torch.no_grad()) zeros(1);", TestName = "Held_by_a_statement")]
    [TestCase("var scope = NewDisposeScope(); scope.Dispose();", TestName = "Disposed_by_hand")]
    [TestCase("IDisposable Open() => torch.no_grad(); using var scope = Open();", TestName = "Given_back")]
    [TestCase("Own.no_grad();", TestName = "A_method_of_ones_own")]
    [TestCase("var scope = NewDisposeScope(); try { zeros(1); } finally { scope.Dispose(); }", TestName = "In_a_finally")]
    [TestCase(
        "var scope = NewDisposeScope(); try { if (n > 0) { return; } zeros(1); } finally { scope.Dispose(); }",
        TestName = "In_a_finally_around_a_return")]
    [TestCase("var scope = torch.no_grad(); if (n > 0) { scope.Dispose(); } else { scope.Dispose(); }", TestName = "In_both_branches")]
    [TestCase(
        "var scope = torch.no_grad(); if (n < 0) { throw new ArgumentException(); } scope.Dispose();",
        TestName = "Left_by_an_exception")]
    [TestCase(
        "var scope = n > 0 ? torch.no_grad() : null; zeros(1); scope?.Dispose();",
        TestName = "Opened_on_a_condition")]
    [TestCase("var scope = torch.no_grad(); zeros(1); scope?.Dispose();", TestName = "Tested_for_null")]
    [TestCase("var scope = torch.no_grad(); kept = scope;", TestName = "Stored")]
    [TestCase("var scope = torch.no_grad(); opened.Add(scope);", TestName = "Passed_on")]
    [TestCase("var scope = torch.no_grad(); Action end = () => scope.Dispose(); end();", TestName = "Captured")]
    [TestCase("var scope = torch.no_grad(); using (scope) { zeros(1); }", TestName = "Held_by_a_statement_later")]
    [TestCase("var scope = torch.no_grad(); while (true) { zeros(1); }", TestName = "Never_left")]
    [TestCase("IDisposable Open() { var scope = torch.no_grad(); return scope; } using var s = Open();", TestName = "Returned")]
    [TestCase("var scope = NewDisposeScope(); var pair = (zeros(1), scope); pair.scope.Dispose();", TestName = "In_a_tuple")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase("torch.no_grad();", "using var _ = torch.no_grad();")]
    [TestCase("_ = NewDisposeScope();", "using var _2 = NewDisposeScope();")]
    [TestCase("using var _ = NewDisposeScope(); torch.no_grad();", "using var _ = NewDisposeScope(); using var _2 = torch.no_grad();")]
    [TestCase("var scope = torch.no_grad(); zeros(1);", "using var scope = torch.no_grad(); zeros(1);")]
    [TestCase(
        "var scope = NewDisposeScope();\n        if (n > 0) { return; }\n        scope.Dispose();",
        "using var scope = NewDisposeScope();\n        if (n > 0) { return; }")]
    public Task Holds_the_scope(string before, string after) =>
        CodeFixVerifier.Verify<UndisposedScopeAnalyzer, UsingCodeFix>(Source(before), Source(after));

    [TestCase("var scope = torch.no_grad(); if (n > 0) { scope.Dispose(); } zeros(1);", TestName = "Disposed_within")]
    [TestCase(
        "IDisposable a = torch.no_grad(), b = NewDisposeScope(); a.Dispose();",
        TestName = "Two_variables")]
    public Task Leaves_what_has_no_one_edit(string body) =>
        CodeFixVerifier.VerifyNoFix<UndisposedScopeAnalyzer, UsingCodeFix>(Source(body));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<UndisposedScopeAnalyzer>(Source(body), "FT3007");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Own
        {
            public static IDisposable no_grad() => torch.no_grad();
        }

        public static class Program
        {
            private static IDisposable? kept;
            private static readonly List<IDisposable> opened = [];

            public static void Run(int n)
            {
                {{body}}
            }
        }
        """;
}
