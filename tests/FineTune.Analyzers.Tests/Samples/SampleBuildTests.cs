namespace FineTune.Analyzers.Tests.Samples;

/// <summary>What a user of the command line sees of FT2001.</summary>
[Category("Slow")]
public sealed class SampleBuildTests
{
    [Test]
    public void Build_warns_when_the_recompile_is_deleted_and_format_puts_it_back()
    {
        using var sample = new SampleProject();
        Assert.That(sample.Build(), Does.Not.Contain("FT2001"), "as it is");

        File.WriteAllText(sample.Recipe, SampleProject.WithoutRecompile(File.ReadAllText(sample.Recipe)));
        Assert.That(sample.Build(), Does.Match(@"Recipe\.cs\(\d+,\d+\): warning FT2001: 'compiled' is stale: .*/docs/rules/FT2001\.md"), "without the line");

        sample.Fix("FT2001");
        Assert.That(File.ReadAllText(sample.Recipe), Does.Contain("compiled = model.Recompile();"));
        Assert.That(sample.Build(), Does.Not.Contain("FT2001"), "mended");
    }
}
