using FineTune.Analyzers.FT2001;
using FineTune.CodeFixes.FT2001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2001;

public sealed class RecompileCodeFixTests
{
    [Test]
    public Task Recompiles_before_the_stale_use() => Fixes(
        """
        var compiled = model.Compile();
        compiled.Fit();

        // Now the rest.
        model.UnfreezeLast();
        var fine = compiled.Fit();
        """,
        """
        var compiled = model.Compile();
        compiled.Fit();

        // Now the rest.
        model.UnfreezeLast();
        compiled = model.Recompile();
        var fine = compiled.Fit();
        """);

    [Test]
    public Task Keeps_the_comment_above_the_use_in_place() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();

        // Second phase.
        compiled.Fit();
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();

        // Second phase.
        compiled = model.Recompile();
        compiled.Fit();
        """);

    [Test]
    public Task Makes_a_block_of_a_single_statement() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
            compiled.Fit();
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled = model.Recompile();
            compiled.Fit();
        }
        """);

    [Test]
    public Task Recompiles_once_before_a_loop_that_only_uses() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        foreach (var batch in new[] { 1, 2 })
        {
            compiled.TrainStep(batch);
        }
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        compiled = model.Recompile();
        foreach (var batch in new[] { 1, 2 })
        {
            compiled.TrainStep(batch);
        }
        """);

    [Test]
    public Task Recompiles_in_a_loop_that_changes() => Fixes(
        """
        var compiled = model.Compile();
        for (var i = 1; i < 4; i++)
        {
            model.UnfreezeLast(i);
            compiled.Fit();
        }
        """,
        """
        var compiled = model.Compile();
        for (var i = 1; i < 4; i++)
        {
            model.UnfreezeLast(i);
            compiled = model.Recompile();
            compiled.Fit();
        }
        """);

    [Test]
    public Task Mends_every_use_of_a_document() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled.Fit();
        }
        else
        {
            compiled.Evaluate();
        }
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled = model.Recompile();
            compiled.Fit();
        }
        else
        {
            compiled = model.Recompile();
            compiled.Evaluate();
        }
        """);

    [Test]
    public Task Asks_the_compiled_model_where_no_variable_holds_the_model() => Fixes(
        """
        var (compiled, unfreeze) = Prepare();
        unfreeze.UnfreezeLast();
        unfreeze = model;
        compiled.Fit();

        (CompiledModel, CatsVsDogs) Prepare()
        {
            var own = new CatsVsDogs();
            return (own.Compile(), own);
        }
        """,
        """
        var (compiled, unfreeze) = Prepare();
        unfreeze.UnfreezeLast();
        unfreeze = model;
        compiled = compiled.Recompile();
        compiled.Fit();

        (CompiledModel, CatsVsDogs) Prepare()
        {
            var own = new CatsVsDogs();
            return (own.Compile(), own);
        }
        """);

    [Test]
    public Task Offers_nothing_where_the_variable_cannot_be_assigned() =>
        CodeFixVerifier.VerifyNoFix<StaleCompilationAnalyzer, RecompileCodeFix>(
            Method(
                """
                foreach (var compiled in Once())
                    compiled.Fit();
                Stale(model.Compile());
                void Stale(in CompiledModel compiled)
                {
                    model.UnfreezeLast();
                    compiled.Fit();
                }

                CompiledModel[] Once() => [];
                """),
            FineTuneStub.Source);

    private static Task Fixes(string before, string after) =>
        CodeFixVerifier.Verify<StaleCompilationAnalyzer, RecompileCodeFix>(Method(before), Method(after), FineTuneStub.Source);

    private static string Method(string body) =>
        $$"""
        namespace Demo;

        public static class Program
        {
            public static void Run(CatsVsDogs model, bool warm)
            {
        {{string.Join("\n", body.Split('\n').Select(line => line.Length == 0 ? line : "        " + line))}}
            }
        }

        """;
}
