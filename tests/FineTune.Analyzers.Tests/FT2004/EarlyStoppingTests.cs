using FineTune.Analyzers.FT2004;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2004;

public sealed class EarlyStoppingTests
{
    [TestCase(
        "var options = new FitOptions { Callbacks = [new EarlyStopping(patience: 2, [|restoreBestWeights: false|])] };",
        TestName = "Keeps_the_last_weights")]
    [TestCase(
        "compiled.Fit(data, new() { ValidationData = data, Callbacks = [new EarlyStopping([|\"loss\"|], 2)] });",
        TestName = "Watches_the_training_loss")]
    [TestCase(
        "compiled.Fit(data, new() "
            + "{ ValidationData = data, Callbacks = [new EarlyStopping([|monitor: \"loss\"|], [|restoreBestWeights: false|])] });",
        TestName = "Both")]
    [TestCase(
        "var stopping = new EarlyStopping([|restoreBestWeights: false|]); compiled.Fit(data, new() "
            + "{ Callbacks = new Callback[] { stopping } });",
        TestName = "Held_in_a_variable")]
    [TestCase(
        "var fit = new FitOptions { ValidationData = data }; compiled.Fit(data, fit with "
            + "{ Callbacks = new List<Callback> { new EarlyStopping([|\"loss\"|]) } });",
        TestName = "Validation_data_taken_over")]
    [TestCase(
        "const bool restore = false; compiled.Fit(data, new() "
            + "{ Callbacks = [new CsvLog(\"log.csv\"), new EarlyStopping([|restoreBestWeights: restore|])] });",
        TestName = "A_constant")]
    [TestCase(
        "var fit = new FitOptions { Callbacks = [new EarlyStopping([|restoreBestWeights: false|])] }; compiled.Fit(data, fit with "
            + "{ Epochs = 3 });",
        TestName = "Told_once_where_it_is_taken_over")]
    public Task Flags(string body) => Verify(body);

    [TestCase("compiled.Fit(data, new() { ValidationData = data, Callbacks = [new EarlyStopping(patience: 2)] });", TestName = "Defaults")]
    [TestCase(
        "compiled.Fit(data, new() { ValidationData = data, Callbacks = [new EarlyStopping(\"val_loss\", 2, restoreBestWeights: true)] });",
        TestName = "Stated_right")]
    [TestCase("compiled.Fit(data, new() { Callbacks = [new EarlyStopping(\"loss\", 2)] });", TestName = "No_validation_data")]
    [TestCase(
        "compiled.Fit(data, new() { Callbacks = [new EarlyStopping(restoreBestWeights: false), new ModelCheckpoint(\"best\")] });",
        TestName = "Best_weights_saved")]
    [TestCase(
        "compiled.Fit(data, new() { Callbacks = [new EarlyStopping(restoreBestWeights: false), .. more] });",
        TestName = "Others_may_save_them")]
    [TestCase(
        "compiled.Fit(data, new() { Callbacks = [new EarlyStopping(restoreBestWeights: more.Count > 3)] });",
        TestName = "Decided_at_run_time")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<EarlyStoppingAnalyzer>(
        $$"""
        using FineTune.Data;
        namespace Demo;
        public static class Program
        {
            public static void Run(CompiledModel compiled, IDataset data, List<Callback> more)
            {
                {{body}}
            }
        }
        """,
        "FT2004");
}
