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
        compiled.Fit(data);

        // Now the rest.
        model.UnfreezeLast();
        var fine = compiled.Fit(data);
        """,
        """
        var compiled = model.Compile();
        compiled.Fit(data);

        // Now the rest.
        model.UnfreezeLast();
        compiled = model.Recompile();
        var fine = compiled.Fit(data);
        """);

    [Test]
    public Task Keeps_the_comment_above_the_use_in_place() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();

        // Second phase.
        compiled.Fit(data);
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();

        // Second phase.
        compiled = model.Recompile();
        compiled.Fit(data);
        """);

    [Test]
    public Task Makes_a_block_of_a_single_statement() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
            compiled.Fit(data);
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled = model.Recompile();
            compiled.Fit(data);
        }
        """);

    [Test]
    public Task Recompiles_once_before_a_loop_that_only_uses() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        foreach (var number in new[] { 1, 2 })
        {
            compiled.TrainStep(batch);
        }
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        compiled = model.Recompile();
        foreach (var number in new[] { 1, 2 })
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
            compiled.Fit(data);
        }
        """,
        """
        var compiled = model.Compile();
        for (var i = 1; i < 4; i++)
        {
            model.UnfreezeLast(i);
            compiled = model.Recompile();
            compiled.Fit(data);
        }
        """);

    [Test]
    public Task Mends_every_use_of_a_document() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled.Fit(data);
        }
        else
        {
            compiled.Evaluate(data);
        }
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast();
        if (warm)
        {
            compiled = model.Recompile();
            compiled.Fit(data);
        }
        else
        {
            compiled = model.Recompile();
            compiled.Evaluate(data);
        }
        """);

    [Test]
    public Task Asks_the_compiled_model_where_no_variable_holds_the_model() => Fixes(
        """
        var (compiled, unfreeze) = Prepare();
        unfreeze.UnfreezeLast();
        unfreeze = model;
        compiled.Fit(data);

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
        compiled.Fit(data);

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
                    compiled.Fit(data);
                Stale(model.Compile());
                void Stale(in CompiledModel compiled)
                {
                    model.UnfreezeLast();
                    compiled.Fit(data);
                }

                CompiledModel[] Once() => [];
                """),
            Models.Source);

    private static Task Fixes(string before, string after) =>
        CodeFixVerifier.Verify<StaleCompilationAnalyzer, RecompileCodeFix>(Method(before), Method(after), Models.Source);

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
