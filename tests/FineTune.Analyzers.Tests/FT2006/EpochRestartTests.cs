using FineTune.Analyzers.FT2006;
using FineTune.CodeFixes.FT2006;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2006;

public sealed class EpochRestartTests
{
    [TestCase(
        "var head = compiled.Fit(data); compiled = compiled.Recompile(); [|compiled.Fit|](data);",
        TestName = "Recompiled_in_between")]
    [TestCase("compiled.Fit(data, new() { Epochs = 3 }); [|compiled.Fit|](data, new() { Epochs = 5 });", TestName = "Histories_not_kept")]
    [TestCase(
        "var first = model.Compile(adam, loss); var head = first.Fit(data); model.UnfreezeLast(3); var second = model.Recompile(); "
            + "var fine = [|second.Fit|](data, new() { Epochs = 9 });",
        TestName = "Two_variables_of_one_model")]
    [TestCase(
        "var one = compiled.Fit(data); var two = [|compiled.Fit|](data); var three = [|compiled.Fit|](data);",
        TestName = "Three_of_them")]
    [TestCase(
        "var head = compiled.Fit(data); if (head.NextEpoch > 3) { compiled.Evaluate(data); [|compiled.Fit|](data, new FitOptions()); }",
        TestName = "In_a_branch")]
    [TestCase(
        "var options = new FitOptions { Epochs = 3 }; History head = compiled.Fit(data, options); History fine = "
            + "[|compiled.Fit|](data, options with { Epochs = 9 });",
        TestName = "The_same_options_again")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "var head = compiled.Fit(data); compiled.Fit(data, new() { InitialEpoch = head.NextEpoch, Epochs = head.NextEpoch + 20 });",
        TestName = "Goes_on")]
    [TestCase("var head = compiled.Fit(data); compiled = model.Compile(adam, loss); compiled.Fit(data);", TestName = "Compiled_anew")]
    [TestCase("for (var i = 0; i < 3; i++) { compiled.Fit(data); }", TestName = "In_a_loop")]
    [TestCase("compiled.Fit(data); other.Fit(data);", TestName = "Another_model")]
    [TestCase("var head = compiled.Fit(data); compiled.Fit(data, given);", TestName = "Options_from_elsewhere")]
    [TestCase("if (given is null) { compiled.Fit(data); } compiled.Fit(data);", TestName = "Perhaps_the_first")]
    [TestCase(
        "var first = model.Compile(adam, loss); first.Fit(data); model.LoadBackbone(\"resnet18.safetensors\"); var second = "
            + "model.Recompile(); second.Fit(data);",
        TestName = "Weights_loaded_in_between")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "var head = compiled.Fit(data); compiled.Fit(data);",
        "var head = compiled.Fit(data); compiled.Fit(data, new() { InitialEpoch = head.NextEpoch, Epochs = head.NextEpoch + 1 });")]
    [TestCase(
        "var head = compiled.Fit(data); compiled.Fit(data, new() { BatchSize = 8, Epochs = 20 });",
        "var head = compiled.Fit(data); compiled.Fit(data, new() "
            + "{ InitialEpoch = head.NextEpoch, BatchSize = 8, Epochs = head.NextEpoch + 20 });")]
    [TestCase(
        "var head = compiled.Fit(data); compiled.Fit(data, new FitOptions { ValidationData = data });",
        "var head = compiled.Fit(data); compiled.Fit(data, new FitOptions "
            + "{ InitialEpoch = head.NextEpoch, Epochs = head.NextEpoch + 1, ValidationData = data });")]
    [TestCase(
        "var head = compiled.Fit(data); compiled.Fit(data, new()\n        "
            + "{\n            Epochs = count > 3 ? 1 : 2,\n            Seed = 1,\n        });",
        "var head = compiled.Fit(data); compiled.Fit(data, new()\n        "
            + "{\n            InitialEpoch = head.NextEpoch,\n            Epochs = head.NextEpoch + (count > 3 ? 1 : 2),\n           "
            + " Seed = 1,\n        });")]
    [TestCase(
        "var one = compiled.Fit(data); var two = compiled.Fit(data, new()); compiled.Fit(data, new() { Epochs = 2 });",
        "var one = compiled.Fit(data); var two = compiled.Fit(data, new() "
            + "{ InitialEpoch = one.NextEpoch, Epochs = one.NextEpoch + 1 }); compiled.Fit(data, new() "
            + "{ InitialEpoch = two.NextEpoch, Epochs = two.NextEpoch + 2 });")]
    public Task Goes_on_counting(string before, string after) =>
        CodeFixVerifier.Verify<EpochRestartAnalyzer, InitialEpochCodeFix>(Source(before), Source(after), FineTunable);

    [TestCase("compiled.Fit(data); compiled.Fit(data);", TestName = "No_history_to_ask")]
    [TestCase(
        "var options = new FitOptions { Epochs = 3 }; var head = compiled.Fit(data, options); compiled.Fit(data, options);",
        TestName = "Options_that_both_use")]
    public Task Leaves_the_choice(string body) =>
        CodeFixVerifier.VerifyNoFix<EpochRestartAnalyzer, InitialEpochCodeFix>(Source(body), FineTunable);

    private const string FineTunable = """
        namespace Demo;
        public abstract class Net() : Module<Tensor, Tensor>("net"), IFineTunable
        {
            public abstract Manifest Manifest { get; }
            public abstract Phase Phase { get; }
            public abstract LayerList Layers { get; }
            public abstract bool IsBackboneFrozen { get; }
            public abstract IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates);
            public abstract void EnterPhase(Phase phase);
            public abstract void UnfreezeLast(int count);
            public abstract CompiledModel Compile(OptimizerConfig optimizer, Loss loss);
            public abstract CompiledModel Recompile();
        }
        """;

    private static Task Verify(string body) => AnalyzerVerifier.Verify<EpochRestartAnalyzer>(Source(body), "FT2006", FineTunable);

    private static string Source(string body) =>
        $$"""
            using FineTune.Data;
            namespace Demo;
            public static class Program
            {
                public static void Run(Net model, CompiledModel compiled, CompiledModel other, IDataset data, FitOptions? given, OptimizerConfig adam, Loss loss, int count)
                {
                    {{body}}
                }
            }
            """;
}
