using FineTune.Analyzers.FT2003;
using FineTune.CodeFixes.FT2003;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2003;

public sealed class UnwatchedFitTests
{
    private const string Tune =
        "model.FreezeBackbone(); var compiled = model.Compile(adam, loss); model.UnfreezeLast(3); compiled = model.Recompile(); ";

    [TestCase(Tune + "[|compiled.Fit|](data);", TestName = "No_options")]
    [TestCase(Tune + "[|compiled.Fit|](data, new() { Epochs = 20 });", TestName = "Neither")]
    [TestCase(Tune + "[|compiled.Fit|](data, new() { Epochs = 20, ValidationData = data });", TestName = "No_early_stopping")]
    [TestCase(
        Tune + "[|compiled.Fit|](data, new() { Epochs = 20, Callbacks = [new EarlyStopping(\"loss\", 2)] });",
        TestName = "No_validation_data")]
    [TestCase(
        Tune + "[|compiled.Fit|](data, new() { Epochs = 20, ValidationData = data, Callbacks = [new CsvLog(\"log.csv\")] });",
        TestName = "Another_callback")]
    [TestCase(
        "model.FreezeBackbone(); model.UnfreezeBackbone(); var compiled = model.Compile(adam, loss); [|compiled.Fit|](data, new() "
            + "{ Epochs = 9, ValidationData = data });",
        TestName = "All_of_it_unfrozen")]
    [TestCase(
        "var compiled = model.Compile(adam, loss); if (wide) { model.EnterPhase(Phase.Last(4)); compiled = model.Recompile(); } "
            + "[|compiled.Fit|](data, new() { Epochs = 9 });",
        TestName = "On_one_of_two_paths")]
    [TestCase(
        Tune + "var options = new FitOptions { Epochs = 9 }; [|compiled.Fit|](data, options with { BatchSize = 8 });",
        TestName = "Options_taken_over")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        Tune + "compiled.Fit(data, new() { Epochs = 20, ValidationData = data, Callbacks = [new EarlyStopping(patience: 2)] });",
        TestName = "Both")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(adam, loss); compiled.Fit(data, new() { Epochs = 20 });",
        TestName = "Only_the_head")]
    [TestCase("var compiled = model.Compile(adam, loss); compiled.Fit(data, new() { Epochs = 20 });", TestName = "Learns_from_the_start")]
    [TestCase(
        "model.EnterPhase(given); var compiled = model.Compile(adam, loss); compiled.Fit(data, new() { Epochs = 20 });",
        TestName = "Phase_from_elsewhere")]
    [TestCase(Tune + "compiled.Fit(data, fit);", TestName = "Options_from_elsewhere")]
    [TestCase(
        Tune + "compiled.Fit(data, new() { Epochs = 20, ValidationData = data, Callbacks = [.. callbacks] });",
        TestName = "Callbacks_from_elsewhere")]
    [TestCase(
        Tune + "compiled.Fit(data, new() { Epochs = 20, ValidationData = data, Callbacks = [new Mine()] });",
        TestName = "A_callback_of_ones_own")]
    [TestCase(Tune + "compiled.Fit(data, new() { Epochs = 2, ValidationData = data });", TestName = "Too_short_to_stop")]
    [TestCase(Tune + "compiled.Evaluate(data);", TestName = "Nothing_trains")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public async Task Says_what_is_missing_and_where_it_was_compiled()
    {
        var diagnostic = (
            await AnalyzerVerifier.Diagnose(
                new UnwatchedFitAnalyzer(),
                Source(Tune + "compiled.Fit(data, new() { Epochs = 20, ValidationData = data });"),
                FineTunable)).Single();

        Assert.That(
            diagnostic.GetMessage(),
            Is.EqualTo(
                "What was compiled on line 7 fine-tunes here without early stopping: nothing ends it when the model begins to "
                    + "forget; add an EarlyStopping to its Callbacks"));
        Assert.That(diagnostic.AdditionalLocations, Has.Count.EqualTo(1));
    }

    [TestCase(
        "new() { Epochs = 20, ValidationData = data }",
        "new() { Epochs = 20, ValidationData = data, Callbacks = [new EarlyStopping(patience: 2)] }")]
    [TestCase(
        "new FitOptions\n        {\n            ValidationData = data,\n            Epochs = 20,\n        }",
        "new FitOptions\n        "
            + "{\n            ValidationData = data,\n            Epochs = 20,\n            Callbacks = [new EarlyStopping(patience: "
            + "2)],\n        }")]
    [TestCase(
        "new()\n        {\n            ValidationData = data,\n            Epochs = 20\n        }",
        "new()\n        "
            + "{\n            ValidationData = data,\n            Epochs = 20,\n            Callbacks = [new EarlyStopping(patience: "
            + "2)]\n        }")]
    [TestCase(
        "new() { Epochs = 20, ValidationData = data, Callbacks = [new CsvLog(\"log.csv\")] }",
        "new() { Epochs = 20, ValidationData = data, Callbacks = [new CsvLog(\"log.csv\"), new EarlyStopping(patience: 2)] }")]
    [TestCase(
        "new() { Epochs = 20, ValidationData = data, Callbacks = new Callback[] { new CsvLog(\"log.csv\") } }",
        "new() "
            + "{ Epochs = 20, ValidationData = data, Callbacks = new Callback[] { new CsvLog(\"log.csv\"), new "
            + "EarlyStopping(patience: 2) } }")]
    [TestCase(
        "new() { Epochs = 20, ValidationData = data }); compiled.Fit(data, new() { Epochs = 9, ValidationData = data, Callbacks = [] }",
        "new() { Epochs = 20, ValidationData = data, Callbacks = [new EarlyStopping(patience: 2)] }); compiled.Fit(data, new() "
            + "{ Epochs = 9, ValidationData = data, Callbacks = [new EarlyStopping(patience: 2)] }")]
    public Task Stops_early(string before, string after) =>
        CodeFixVerifier.Verify<UnwatchedFitAnalyzer, EarlyStoppingCodeFix>(
            Source($"{Tune}compiled.Fit(data, {before});"),
            Source($"{Tune}compiled.Fit(data, {after});"),
            FineTunable);

    [TestCase("compiled.Fit(data, new() { Epochs = 20 });", TestName = "Nothing_to_watch")]
    [TestCase(
        "var options = new FitOptions { Epochs = 20, ValidationData = data }; compiled.Fit(data, options);",
        TestName = "Options_made_before")]
    public Task Leaves_the_choice(string fit) =>
        CodeFixVerifier.VerifyNoFix<UnwatchedFitAnalyzer, EarlyStoppingCodeFix>(Source(Tune + fit), FineTunable);

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
            public abstract void FreezeBackbone();
            public abstract void UnfreezeBackbone();
            public abstract void UnfreezeLast(int count);
            public abstract CompiledModel Compile(OptimizerConfig optimizer, Loss loss);
            public abstract CompiledModel Recompile();
        }

        public sealed class Mine : Callback;
        """;

    private static Task Verify(string body) => AnalyzerVerifier.Verify<UnwatchedFitAnalyzer>(Source(body), "FT2003", FineTunable);

    private static string Source(string body) =>
        $$"""
            using FineTune.Data;
            namespace Demo;
            public static class Program
            {
                public static void Run(Net model, IDataset data, FitOptions? fit, Phase given, OptimizerConfig adam, Loss loss, Callback[] callbacks, bool wide)
                {
                    {{body}}
                }
            }
            """;
}
