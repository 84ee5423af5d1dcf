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
    public async Task Is_offered_at_the_stale_use() =>
        Assert.That(
            await CodeFixVerifier.Titles<StaleCompilationAnalyzer, RecompileCodeFix>(
                Method(
                    """
                    var compiled = model.Compile();
                    model.UnfreezeLast();
                    compiled.Fit(data);
                    """),
                Models.Source),
            Is.EqualTo(new[] { "Recompile before this use" }));

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

    [TestCase("1e-5")]
    [TestCase("learningRate: -(1e-4 / Rates.Ten)")]
    [TestCase("rate")]
    [TestCase("Rates.Chosen")]
    [TestCase("given.Rate")]
    public Task Recompiles_with_what_it_was_given_before(string arguments) => Fixes(
        $"""
        var rate = 1e-5;
        var given = new Rates();
        var compiled = model.Compile();
        model.UnfreezeLast();
        compiled = model.Recompile({arguments});
        model.UnfreezeBackbone();
        compiled.Fit(data);
        """,
        $"""
        var rate = 1e-5;
        var given = new Rates();
        var compiled = model.Compile();
        model.UnfreezeLast();
        compiled = model.Recompile({arguments});
        model.UnfreezeBackbone();
        compiled = model.Recompile({arguments});
        compiled.Fit(data);
        """);

    [Test]
    public Task Recompiles_with_what_was_given_last() => Fixes(
        """
        var compiled = model.Compile();
        model.UnfreezeLast(1);
        compiled = model.Recompile(1e-4);
        model.UnfreezeLast(2);
        compiled = compiled.Recompile(
            learningRate: 1e-5);
        model.UnfreezeLast(3);
        compiled.Fit(data);
        compiled = model.Recompile(1e-6);
        """,
        """
        var compiled = model.Compile();
        model.UnfreezeLast(1);
        compiled = model.Recompile(1e-4);
        model.UnfreezeLast(2);
        compiled = compiled.Recompile(
            learningRate: 1e-5);
        model.UnfreezeLast(3);
        compiled = model.Recompile(learningRate: 1e-5);
        compiled.Fit(data);
        compiled = model.Recompile(1e-6);
        """);

    [Test]
    public Task Recompiles_a_field_with_what_it_was_given_before()
    {
        return CodeFixVerifier.Verify<StaleCompilationAnalyzer, RecompileCodeFix>(
            Trainer("compiled.Fit(data);"),
            Trainer("compiled = model.Recompile(rate);\n        compiled.Fit(data);"),
            Models.Source);

        static string Trainer(string use) =>
            $$"""
            namespace Demo;

            public class Trainer(double rate)
            {
                private readonly CatsVsDogs model = new();
                private CompiledModel compiled = null!;

                public void Run()
                {
                    compiled = model.Compile();
                    model.UnfreezeLast();
                    compiled = model.Recompile(rate);
                    model.UnfreezeBackbone();
                    {{use}}
                }
            }
            """;
    }

    [TestCase("var inner = 1e-5;", "model.Recompile(inner)", TestName = "Recompiles_without_what_is_out_of_scope")]
    [TestCase("unset = 1e-5;", "model.Recompile(unset)", TestName = "Recompiles_without_what_may_have_no_value")]
    [TestCase("", "model.Recompile(Math.Sqrt(rate))", TestName = "Recompiles_without_what_is_called")]
    [TestCase("", "model.Recompile(rate *= 0.1)", TestName = "Recompiles_without_what_changes_something")]
    [TestCase("var other = Compiled();", "other.Recompile(1e-5)", TestName = "Recompiles_without_what_another_model_was_given")]
    public Task Recompiles_without(string before, string recompiled)
    {
        return Fixes(Body("compiled.Fit(data);"), Body("compiled = model.Recompile();\ncompiled.Fit(data);"));

        string Body(string use) =>
            $$"""
            var rate = 1e-5;
            double unset;
            var compiled = model.Compile();
            if (warm)
            {
                {{before}}
                compiled = {{recompiled}};
            }

            model.UnfreezeBackbone();
            {{use}}

            CatsVsDogs Compiled()
            {
                var made = new CatsVsDogs();
                made.Compile();
                return made;
            }
            """;
    }

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
        CodeFixVerifier.Verify<StaleCompilationAnalyzer, RecompileCodeFix>(Method(before), Method(after), Models.Source, Rates);

    private const string Rates =
        """
        namespace Demo;

        public sealed class Rates
        {
            public const double Ten = 10;
            public static readonly double Chosen = 1e-5;
            public double Rate => 1e-6;
        }
        """;

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
