namespace FineTune.Analyzers.Tests.Samples;

/// <summary>What a user of the command line sees of FT2001.</summary>
[Category("Slow")]
[NonParallelizable]
public sealed class SampleBuildTests
{
    [Test]
    public void Build_warns_and_the_run_refuses_to_train_when_the_recompile_is_deleted()
    {
        using var sample = new SampleProject();
        Assert.That(sample.Build(), Does.Not.Contain("FT2001"), "as it is");

        File.WriteAllText(sample.Recipe, SampleProject.WithoutRecompile(File.ReadAllText(sample.Recipe)));
        Assert.That(
            sample.Build(),
            Does.Match(@"Program\.cs\(\d+,\d+\): warning FT2001: 'compiled' is stale: .*/docs/rules/FT2001\.md"),
            "without the line");

        var (code, errors) = sample.Run("--epochs", "1");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(
            errors,
            Does.Match(@"(?m)^The compiled model is stale: .*call Recompile\(\).*Changed: backbone\."),
            "what StaleCompilationException says");
    }
}
