using FineTune.Analyzers.FT2001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2001;

/// <summary>A model and what is compiled of it, in fields that a constructor assigns.</summary>
public sealed class CompiledInFieldsTests
{
    [TestCase("public void Tune() { model.UnfreezeLast(5); [|compiled.Fit|](data); }", TestName = "Unfrozen_in_the_method_that_fits")]
    [TestCase("public void Tune() { model.UnfreezeFirst(2); [|compiled.Fit|](data); }", TestName = "First_layers_unfrozen")]
    [TestCase("public void Tune() { model.Unfreeze(); [|compiled.Fit|](data); }", TestName = "Named_layers_unfrozen")]
    [TestCase("public void Tune() { model.EnterPhase(Phase.Full); [|compiled.Fit|](data); }", TestName = "Phase_entered")]
    [TestCase(
        "public async System.Threading.Tasks.Task Tune() "
            + "{ model.UnfreezeLast(5); await System.Threading.Tasks.Task.Run(() => [|compiled.Fit|](data)); }",
        TestName = "Fitted_on_another_thread")]
    [TestCase(
        "public async void OnClick(object sender, EventArgs e) { Thaw(); await System.Threading.Tasks.Task.Run(() => [|Fit|]()); } "
            + "private void Thaw() => model.UnfreezeBackbone(); private void Fit() => compiled.Fit(data);",
        TestName = "In_methods_of_the_class")]
    [TestCase(
        "public void Tune() { Action thaw = model.UnfreezeBackbone; thaw(); [|compiled.TrainStep|](batch); }",
        TestName = "Through_a_delegate")]
    [TestCase(
        "public void Tune() { for (var i = 0; i < 3; i++) { [|compiled.Fit|](data); model.UnfreezeLast(i); } }",
        TestName = "From_the_second_round_on")]
    public Task Flags(string members) => Verify(members);

    [TestCase("public void Fit() => compiled.Fit(data);", TestName = "Nothing_changes")]
    [TestCase(
        "public void Thaw() => model.UnfreezeLast(5); public void Fit() => compiled.Fit(data);",
        TestName = "In_an_order_that_nobody_knows")]
    [TestCase(
        "public void Thaw() => model.UnfreezeLast(5); public void Fit() { model.FreezeBackbone(); compiled.Fit(data); }",
        TestName = "Taken_back")]
    [TestCase("public void Tune() { model.UnfreezeLast(5); compiled = model.Recompile(); compiled.Fit(data); }", TestName = "Recompiled")]
    [TestCase(
        "public void Tune() { model.UnfreezeLast(5); Renew(); compiled.Fit(data); } private void Renew() => compiled = model.Recompile();",
        TestName = "Recompiled_in_a_method")]
    [TestCase(
        "public void Tune() { model.UnfreezeLast(5); compiled.Fit(data); } public void Renew() => compiled = model.Recompile();",
        TestName = "Compiled_who_knows_where")]
    [TestCase(
        "public void Tune() { var fit = System.Threading.Tasks.Task.Run(() => compiled.Fit(data)); fit.Wait(); model.UnfreezeLast(5); }",
        TestName = "Unfrozen_afterwards")]
    public Task Is_silent(string members) => Verify(members);

    [Test]
    public Task What_the_method_is_told_its_callers_are_not() =>
        AnalyzerVerifier.Verify<StaleCompilationAnalyzer>(
            Source("public void Tune() { model.UnfreezeLast(5); [|compiled.Fit|](data); }")
                + "public static class Program { public static void Main() { var session = new Session(); session.Tune(); } }",
            "FT2001",
            Models.Source);

    [Test]
    public Task What_only_the_order_of_calls_makes_wrong_the_caller_is_told() =>
        AnalyzerVerifier.Verify<StaleCompilationAnalyzer>(
            Source("public void Thaw() => model.UnfreezeLast(5); public void Fit() => compiled.Fit(data);")
                + "public static class Program "
                + "{ public static void Main() { var session = new Session(); session.Thaw(); [|session.Fit|](); } }",
            "FT2001",
            Models.Source);

    private static Task Verify(string members) =>
        AnalyzerVerifier.Verify<StaleCompilationAnalyzer>(Source(members), "FT2001", Models.Source);

    private static string Source(string members) =>
        $$"""
        namespace Demo;
        public sealed class Session
        {
            private readonly CatsVsDogs model = new();
            private CompiledModel compiled;
            public Session() { model.FreezeBackbone(); compiled = model.Compile(); }
            {{members}}
        }

        """;
}
