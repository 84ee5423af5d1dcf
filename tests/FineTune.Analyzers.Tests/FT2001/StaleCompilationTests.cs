using FineTune.Analyzers.FT2001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2001;

public sealed class StaleCompilationTests
{
    [TestCase("var compiled = model.Compile(); model.UnfreezeLast(); [|compiled.Fit|](data);", TestName = "Unfreeze_then_fit")]
    [TestCase(
        "var compiled = model.Compile(); model.FreezeBackbone(); [|compiled.TrainStep|](batch);",
        TestName = "Freeze_then_train_step")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeBackbone(); [|compiled.Evaluate|](data);",
        TestName = "Unfreeze_then_evaluate")]
    [TestCase(
        "var compiled = model.Compile(); model.EnterPhase(Phase.Last(3)); [|compiled.Fit|](data);",
        TestName = "Phase_entered_by_hand")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); compiled.Fit(data); model.UnfreezeFirst(2); [|compiled.Fit|](data);",
        TestName = "First_layers_unfrozen")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); compiled.Fit(data); model.Unfreeze(); [|compiled.Fit|](data);",
        TestName = "Named_layers_unfrozen")]
    [TestCase(
        "model.UnfreezeFirst(2); var compiled = model.Compile(); model.EnterPhase(Phase.First(3)); [|compiled.Fit|](data);",
        TestName = "Other_first_layers")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); compiled.Fit(data); model.UnfreezeLast(); [|compiled.Fit|](data);",
        TestName = "Second_phase_without_recompile")]
    [TestCase(
        "var compiled = model.Compile(); if (warm) model.UnfreezeLast(); [|compiled.Fit|](data);",
        TestName = "Unfreeze_on_one_branch")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); if (warm) compiled = model.Recompile(); [|compiled.Fit|](data);",
        TestName = "Recompile_on_one_branch")]
    [TestCase(
        "var compiled = model.Compile(); for (var i = 0; i < n; i++) { [|compiled.Fit|](data); model.UnfreezeLast(i + 1); }",
        TestName = "Unfreeze_at_the_end_of_a_loop")]
    [TestCase(
        "var compiled = model.Compile(); while (n-- > 0) "
            + "{ model.UnfreezeLast(5); if (warm) continue; compiled = model.Recompile(); } [|compiled.Fit|](data);",
        TestName = "Continue_past_the_recompile")]
    [TestCase(
        "var compiled = model.Compile(); var same = compiled; model.UnfreezeLast(); compiled = model.Recompile(); [|same.Fit|](data);",
        TestName = "Old_value_under_another_name")]
    [TestCase(
        "var compiled = model.Compile(); var other = model; other.UnfreezeLast(); [|compiled.Fit|](data);",
        TestName = "Model_under_another_name")]
    [TestCase(
        "var compiled = model.Compile(); try { model.UnfreezeLast(); compiled = model.Recompile(); } catch "
            + "(InvalidOperationException) { } [|compiled.Fit|](data);",
        TestName = "Recompile_may_throw_into_a_catch")]
    [TestCase(
        "var compiled = model.Compile(); try { Console.WriteLine(); } finally { model.UnfreezeLast(); } [|compiled.Fit|](data);",
        TestName = "Unfreeze_in_finally")]
    [TestCase(
        "var compiled = model.Compile(); try { Console.WriteLine(); } finally { do { model.UnfreezeLast(n); } while (warm); } "
            + "[|compiled.Fit|](data);",
        TestName = "Finally_that_ends_with_a_condition")]
    [TestCase(
        "var compiled = model.Compile(); switch (n) "
            + "{ case 1: model.UnfreezeLast(1); break; case 2: model.UnfreezeLast(2); compiled = model.Recompile(); break; } "
            + "[|compiled.Fit|](data);",
        TestName = "One_case_of_a_switch")]
    [TestCase(
        "var compiled = model.Compile(); again: [|compiled.Fit|](data); model.UnfreezeLast(); if (n-- > 0) goto again;",
        TestName = "Goto_backwards")]
    [TestCase(
        "var compiled = model.Compile(); void Unfreeze() => model.UnfreezeLast(); Unfreeze(); [|compiled.Fit|](data);",
        TestName = "Local_function_unfreezes")]
    [TestCase(
        "var compiled = model.Compile(); Action unfreeze = () => model.UnfreezeLast(); unfreeze(); [|compiled.Fit|](data);",
        TestName = "Lambda_unfreezes")]
    [TestCase("var compiled = model.Compile(); Unfreeze(model); [|compiled.Fit|](data);", TestName = "Source_method_unfreezes")]
    [TestCase("var compiled = model.Compile(); model.UnfreezeLast(); [|Fit|](compiled);", TestName = "Source_method_fits")]
    [TestCase("var compiled = Compiled(model); model.UnfreezeLast(); [|compiled.Fit|](data);", TestName = "Source_method_compiles")]
    [TestCase("var (first, compiled) = (model, model.Compile()); first.UnfreezeLast(); [|compiled.Fit|](data);", TestName = "Tuples")]
    [TestCase(
        "CompiledModel? compiled = null; compiled ??= model.Compile(); model.UnfreezeLast(); [|compiled.Fit|](data);",
        TestName = "Coalescing_assignment")]
    [TestCase("var compiled = model.Compile(); model?.UnfreezeLast(); [|compiled.Fit|](data);", TestName = "Conditional_access")]
    [TestCase(
        "using var own = new CatsVsDogs(); var compiled = own.Compile(); own.FreezeBackbone(); [|compiled.Fit|](data);",
        TestName = "Model_in_a_using")]
    [TestCase(
        "var compiled = model.Compile(); ref var alias = ref compiled; model.UnfreezeLast(); [|alias.Fit|](data);",
        TestName = "Ref_local")]
    [TestCase(
        "var compiled = model.Compile(); Replace(model, ref compiled); [|compiled.Fit|](data);",
        TestName = "Stale_value_through_a_ref_parameter")]
    [TestCase(
        "var compiled = model.Compile(); foreach (var count in new List<int>()) { model.UnfreezeLast(count); [|compiled.Fit|](data); }",
        TestName = "Gradual_unfreezing_in_a_foreach")]
    [TestCase("var compiled = model.Compile(); Countdown(model, n); [|compiled.Fit|](data);", TestName = "Recursive_method_unfreezes")]
    [TestCase(
        "var compiled = model.Compile(); var unfreeze = warm; if (unfreeze) model.UnfreezeLast(); if (!unfreeze) compiled = "
            + "model.Recompile(); [|compiled.Fit|](data);",
        TestName = "The_wrong_one_of_two_equal_conditions")]
    [TestCase(
        "this.model = model; this.compiled = model.Compile(); this.model.UnfreezeLast(); [|this.compiled.Fit|](data);",
        TestName = "Fields")]
    [TestCase("Run(model.Compile(), c => { model.UnfreezeLast(); [|c.Fit|](data); });", TestName = "Lambda_given_to_a_source_method")]
    [TestCase(
        "var pair = new TwoInputs(); var loop = pair.Compile(); pair.UnfreezeLast(); [|loop.TrainStep|](() => pair.call(1, 2));",
        TestName = "Loop_of_a_model_of_two_inputs")]
    [TestCaseSource(nameof(Choices))]
    public Task Flags(string body) => Verify(body);

    /// <summary>What was chosen before and is never asked again does not multiply what is to be followed.</summary>
    private static IEnumerable<TestCaseData> Choices()
    {
        var choices = Enumerable.Range(0, 9).Select(i =>
            $$"""var text{{i}} = Console.ReadLine(); var rate{{i}} = text{{i}} switch { "a" => 1, "b" => 2, "c" => 3, _ => 4 }; """);
        const string stale = "var compiled = model.Compile(); model.UnfreezeLast(); [|compiled.Fit|](data);";
        yield return new TestCaseData(string.Concat(choices) + stale)
        {
            TestName = "Many_choices_before",
        };
    }

    [TestCase(
        "var pair = new TwoInputs(); var loop = pair.Compile(); loop.TrainStep(() => pair.call(1, 2)); pair.UnfreezeLast(); loop = "
            + "pair.Recompile(); loop.TrainStep(() => pair.call(1, 2));",
        TestName = "Loop_compiled_again")]
    [TestCase("var compiled = model.Compile(); compiled.Fit(data); compiled.Evaluate(data);", TestName = "Nothing_changes")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Recompiled")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); compiled = compiled.Recompile(); compiled.Fit(data);",
        TestName = "Recompiled_from_the_compiled_model")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); compiled = model.Compile(); compiled.Fit(data);",
        TestName = "Compiled_anew")]
    [TestCase("model.UnfreezeLast(); var compiled = model.Compile(); compiled.Fit(data);", TestName = "Changed_before_the_compile")]
    [TestCase(
        "var compiled = model.Compile(); if (warm) { model.UnfreezeLast(); compiled = model.Recompile(); } compiled.Fit(data);",
        TestName = "Both_on_the_same_branch")]
    [TestCase(
        "var compiled = model.Compile(); if (warm) model.UnfreezeLast(); if (warm) compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Two_branches_on_the_same_condition")]
    [TestCase(
        "var compiled = model.Compile(); var changed = false; if (n > 3) { model.UnfreezeLast(); changed = true; } if (changed) "
            + "compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "A_flag_remembers_the_change")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); if (compiled.IsStale) compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Asks_whether_it_is_stale")]
    [TestCase(
        "CompiledModel compiled; model.UnfreezeLast(); do { compiled = model.Compile(); model.FreezeBackbone(); } while (!warm); "
            + "model.UnfreezeLast(); compiled.Fit(data);",
        TestName = "A_loop_that_ends_after_once_or_never")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.UnfreezeLast(); model.FreezeBackbone(); compiled.Fit(data);",
        TestName = "Taken_back")]
    [TestCase(
        "model.UnfreezeLast(5); var compiled = model.Compile(); model.UnfreezeLast(5); compiled.Fit(data);",
        TestName = "Changed_to_the_same")]
    [TestCase(
        "var compiled = model.Compile(); var phase = model.Phase; model.FreezeBackbone(); model.EnterPhase(phase); compiled.Fit(data);",
        TestName = "Phase_saved_and_restored")]
    [TestCase(
        "var other = new CatsVsDogs(); var compiled = model.Compile(); other.UnfreezeLast(); compiled.Fit(data);",
        TestName = "Another_model")]
    [TestCase("var compiled = model.Compile(); model.UnfreezeLast(); compiled.Predict(data);", TestName = "Only_predicts")]
    [TestCase(
        "var compiled = model.Compile(); for (var i = 0; i < n; i++) "
            + "{ model.UnfreezeLast(i + 1); compiled = model.Recompile(); compiled.Fit(data); }",
        TestName = "Recompiled_in_the_loop")]
    [TestCase(
        "var compiled = model.Compile(); try { model.UnfreezeLast(); } finally { compiled = model.Recompile(); } compiled.Fit(data);",
        TestName = "Recompiled_in_finally")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); try { compiled.Fit(data); } catch (StaleCompilationException) "
            + "{ compiled = model.Recompile(); compiled.Fit(data); }",
        TestName = "Catches_what_a_stale_use_throws")]
    [TestCase(
        "var compiled = model.Compile(); void Recompile() => compiled = model.Recompile(); model.UnfreezeLast(); Recompile(); "
            + "compiled.Fit(data);",
        TestName = "Local_function_recompiles")]
    [TestCase(
        "var compiled = model.Compile(); Action recompile = () => compiled = model.Recompile(); model.UnfreezeLast(); recompile(); "
            + "compiled.Fit(data);",
        TestName = "Lambda_recompiles")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); compiled = Compiled(model); compiled.Fit(data);",
        TestName = "Source_method_compiles_again")]
    [TestCase(
        "var compiled = model.Compile(); model.UnfreezeLast(); Refresh(model, ref compiled); compiled.Fit(data);",
        TestName = "Recompiled_through_a_ref_parameter")]
    [TestCase(
        "var compiled = model.Compile(); Sink = model; External.Maybe(); model.UnfreezeLast(); External.Run(() => compiled = "
            + "model.Recompile()); compiled.Fit(data);",
        TestName = "Captured_and_stored")]
    [TestCase("var compiled = model.Compile(); External.Use(model); compiled.Fit(data);", TestName = "Handed_to_code_out_of_sight")]
    [TestCase("void Later(CompiledModel compiled) { model.UnfreezeLast(); compiled.Fit(data); }", TestName = "Compiled_somewhere_else")]
    [TestCase("var compiled = model.Compile(); model.UnfreezeLast(); throw new InvalidOperationException();", TestName = "Throws_first")]
    [TestCase(
        "var compiled = model.Compile(); switch (n) "
            + "{ case 1: model.UnfreezeLast(1); compiled = model.Recompile(); break; default: break; } compiled.Fit(data);",
        TestName = "Recompiled_in_the_case")]
    [TestCase(
        "var compiled = model.Compile(); if (n == 1) model.UnfreezeLast(1); else if (n == 2) model.UnfreezeLast(2); if (n == 1 || n "
            + "== 2) compiled = model.Recompile(); compiled.Fit(data);",
        TestName = "Equal_conditions_on_a_number")]
    [TestCase(
        "CompiledModel? compiled = null; for (var i = 0; i < n; i++) "
            + "{ if (compiled is null) compiled = model.Compile(); compiled.Fit(data); }",
        TestName = "Compiled_on_first_use")]
    [TestCase(
        "var own = new CatsVsDogs(); var compiled = own.Compile(); own.UnfreezeBackbone(); compiled.Fit(data);",
        TestName = "A_new_model_is_unfrozen_already")]
    [TestCase(
        "var compiled = model.Compile(); if (model.IsBackboneFrozen) { model.UnfreezeLast(); compiled = model.Recompile(); } "
            + "compiled.Fit(data);",
        TestName = "Asks_whether_it_is_frozen")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public async Task Message_names_the_variable_and_both_lines()
    {
        var diagnostics = await AnalyzerVerifier.Diagnose(
            new StaleCompilationAnalyzer(),
            """
            namespace Demo;
            public static class Program
            {
                public static void Run(CatsVsDogs model)
                {
                    var fitted = model.Compile();
                    fitted.Fit(data);
                    model.UnfreezeLast();
                    fitted.Fit(data);
                }
            }
            """,
            Models.Source);

        Assert.That(diagnostics, Has.Length.EqualTo(1));
        Assert.That(
            diagnostics[0].GetMessage(),
            Is.EqualTo(
                "'fitted' is stale: it was compiled on line 6, and what trains was changed on line 8; recompile before it is used again"));
        Assert.That(
            diagnostics[0].AdditionalLocations.Select(location => location.GetLineSpan().StartLinePosition.Line + 1),
            Is.EqualTo(new[] { 6, 8 }));
    }

    [Test]
    [Category("Slow")]
    public Task Follows_a_method_of_a_thousand_branches()
    {
        var branches = string.Join(
            "\n",
            Enumerable.Range(1, 1000).Select(i => $"if (n > {i}) {{ model.UnfreezeLast({i % 3 + 1}); compiled = model.Recompile(); }}"));
        return Verify(
            $"var compiled = model.Compile();\n{branches}\ncompiled.Fit(data); if (warm) model.FreezeBackbone(); [|compiled.Fit|](data);");
    }

    private static Task Verify(string body) => AnalyzerVerifier.Verify<StaleCompilationAnalyzer>(
        $$"""
        namespace Demo;
        public sealed class Program
        {
            private CatsVsDogs model = null!;
            private CompiledModel compiled = null!;
            public static object? Sink;

            public void Run(CatsVsDogs model, bool warm, int n)
            {
                {{body}}
            }

            private static void Run(CompiledModel compiled, Action<CompiledModel> use) => use(compiled);
            private static void Unfreeze(CatsVsDogs model) => model.UnfreezeLast();
            private static void Fit(CompiledModel compiled) { Console.WriteLine(); compiled.Fit(data); }
            private static CompiledModel Compiled(CatsVsDogs model) => model.Compile();
            private static void Replace(CatsVsDogs model, ref CompiledModel compiled) { compiled = model.Recompile(); model.UnfreezeLast(); }
            private static void Refresh(CatsVsDogs model, ref CompiledModel compiled) => compiled = model.Recompile();
            private static void Countdown(CatsVsDogs model, int n) { if (n == 0) { model.UnfreezeLast(); return; } Countdown(model, n - 1); }
        }
        """,
        "FT2001",
        Models.Source,
        OutOfSight);

    private const string OutOfSight =
        """
        namespace Demo;
        public abstract class External
        {
            public static External Current = null!;
            public abstract void Do(object? argument);
            public static void Maybe() => Current.Do(null);
            public static void Use(object argument) => Current.Do(argument);
            public static void Run(Action action) => Current.Do(action);
        }
        """;
}
