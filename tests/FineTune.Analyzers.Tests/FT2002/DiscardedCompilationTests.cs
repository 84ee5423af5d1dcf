using FineTune.Analyzers.FT2002;
using FineTune.CodeFixes.FT2002;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2002;

public sealed class DiscardedCompilationTests
{
    [TestCase("var compiled = model.Compile(); [|model.Recompile|](); compiled.Fit(data);", TestName = "Recompiled_for_nothing")]
    [TestCase(
        "var compiled = model.Compile(); [|compiled.Recompile|](); compiled.Fit(data);",
        TestName = "Recompiled_from_the_compiled_model")]
    [TestCase("var compiled = model.Compile(); [|model.Compile|](); compiled.TrainStep(batch);", TestName = "Compiled_for_nothing")]
    [TestCase("var compiled = model.Compile(); _ = [|model.Recompile|](); compiled.Evaluate(data);", TestName = "Discarded_by_name")]
    [TestCase(
        "var compiled = model.Compile(); if (warm) { model.UnfreezeLast(); [|model.Recompile|](); } compiled.Evaluate(data);",
        TestName = "On_one_branch")]
    [TestCase(
        "var compiled = model.Compile(); for (var i = 0; i < n; i++) { compiled.Evaluate(data); [|model.Recompile|](1e-5); }",
        TestName = "In_a_loop")]
    [TestCase("kept = model.Compile(); [|model.Recompile|](); kept.Fit(data);", TestName = "Field")]
    [TestCase("var compiled = model.Compile(); [|model.Recompile|](); Fit(compiled);", TestName = "Used_by_a_source_method")]
    [TestCase("var compiled = model.Compile(); Retune(model); [|compiled.Fit|](data);", TestName = "Discarded_in_a_source_method")]
    [TestCase(
        "var compiled = model.Compile(); void Again() { [|model.Recompile|](); } Again(); compiled.Fit(data);",
        TestName = "Discarded_in_a_local_function")]
    public Task Flags(string body) => Verify(body);

    [TestCase("var compiled = model.Compile(); compiled = model.Recompile(); compiled.Fit(data);", TestName = "Assigned")]
    [TestCase("var compiled = model.Compile(); compiled.Fit(data); model.Recompile();", TestName = "Never_used_after")]
    [TestCase(
        "var compiled = model.Compile(); model.Recompile(); compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Assigned_later")]
    [TestCase(
        "var other = new CatsVsDogs(); var compiled = model.Compile(); other.Recompile(); compiled.Fit(data);",
        TestName = "Another_model")]
    [TestCase("var compiled = model.Compile(); model.Recompile(); compiled.Predict(data);", TestName = "Only_predicts")]
    [TestCase("var compiled = model.Compile(); model.Recompile().Fit(data); compiled.Evaluate(data);", TestName = "Returned_and_used")]
    [TestCase("model.Compile();", TestName = "Only_compile")]
    [TestCase(
        "var compiled = model.Compile(); Fit(model.Recompile()); compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Given_on")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "var compiled = model.Compile(); model.Recompile(); compiled.Fit(data);",
        "var compiled = model.Compile(); compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Assigns_a_local")]
    [TestCase(
        "kept = model.Compile(); _ = model.Recompile(1e-5); kept.Fit(data);",
        "kept = model.Compile(); kept = model.Recompile(1e-5); kept.Fit(data);",
        TestName = "Assigns_a_field_in_place_of_a_discard")]
    [TestCase(
        "var all = model.Compile(); all.Recompile(); Fit(all);",
        "var all = model.Compile(); all = all.Recompile(); Fit(all);",
        TestName = "Assigns_what_a_source_method_uses")]
    public Task Assigns(string before, string after) =>
        CodeFixVerifier.Verify<DiscardedCompilationAnalyzer, AssignCodeFix>(
            Source(before),
            Source(after),
            Models.Source,
            OutOfSight.Source);

    [TestCase("model.Compile(); var compiled = model.Compile(); Retune(model); compiled.Fit(data);", TestName = "Discarded_out_of_reach")]
    public Task Offers_nothing(string body) =>
        CodeFixVerifier.VerifyNoFix<DiscardedCompilationAnalyzer, AssignCodeFix>(Source(body), Models.Source, OutOfSight.Source);

    private static Task Verify(string body) =>
        AnalyzerVerifier.Verify<DiscardedCompilationAnalyzer>(Source(body), "FT2002", Models.Source, OutOfSight.Source);

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Program
        {
            private CompiledModel kept = null!;
            private readonly CompiledModel fixedOne = null!;

            public void Run(CatsVsDogs model, Rated rated, bool warm, int n, double given)
            {
                {{body}}
            }

            private static void Fit(CompiledModel compiled) => compiled.Fit(data);
            private static void Retune(CatsVsDogs model) { model.UnfreezeLast(); model.Recompile(); }
            private static CompiledModel FineTune(CatsVsDogs model, double rate) { model.UnfreezeLast(); return model.Recompile(rate); }
            private static OptimizerConfig Config(double rate) => Optimizers.Adam(rate);
        }
        """;
}
