using System.Globalization;

namespace FineTune.Tests;

/// <summary>What a process really takes for features, by what the system says of it: each time one of its own.</summary>
[Platform("Linux"), Category("Slow")]
public sealed class FeatureBudgetTests
{
    private const int Budget = 16;

    // The first samples are tried alone and together, with copies of their features in double precision: some mebibytes each. The
    // rest is code, and what the garbage collector has not got to.
    private const int Slack = 16;

    // What is free and not given back yet: not of features, but all that the process says.
    private const int Free = (int)(FreeMemory.Bound >> 20);

    // Two of four samples.
    private const int BatchesAhead = 8;

    private int without;

    [OneTimeSetUp]
    public void TrainWithout() => without = Train(FeatureStorage.Off, Budget).MiB;

    [Test]
    public void Features_that_may_take_the_memory_take_it()
    {
        var (mebibytes, kind, reused, _) = Train(FeatureStorage.Memory, 2 * FeaturesInMemory.FeatureMiB);

        Assert.That((kind, reused), Is.EqualTo(("Memory", FeaturesInMemory.FeatureMiB)));
        Assert.That(
            mebibytes - without,
            Is.InRange(FeaturesInMemory.FeatureMiB - Slack, FeaturesInMemory.FeatureMiB + BatchesAhead + Slack + Free));
    }

    [Test]
    public void Features_beyond_the_memory_that_may_only_be_there_are_not_kept()
    {
        var (mebibytes, kind, reused, warnings) = Train(FeatureStorage.Memory, Budget);

        Assert.That((kind, reused, warnings), Is.EqualTo(("Off", 0, "FeaturesNotKept")));
        Assert.That(mebibytes - without, Is.LessThan(Budget + Slack + Free));
    }

    [TestCase(FeatureStorage.Auto, false)]
    [TestCase(FeatureStorage.Disk, false)]
    [TestCase(FeatureStorage.Disk, true)]
    public void Features_on_disk_stay_within_the_memory(FeatureStorage place, bool inFolder)
    {
        using var folder = new TemporaryFolder();
        var (mebibytes, kind, reused, warnings) = Train(place, Budget, inFolder ? folder.Path : "");

        Assert.That((kind, reused, warnings), Is.EqualTo(("Disk", FeaturesInMemory.FeatureMiB, "ShuffledByShard")));
        Assert.That(mebibytes - without, Is.LessThan(Budget + Slack + Free));
    }

    private static (int MiB, string Kind, int Reused, string Warnings) Train(FeatureStorage place, int budget, string folder = "")
    {
        var (output, code) = ChildTraining.Start(folder, $"{ChildTraining.Memory}{place}", budget);
        Assert.That(code, Is.Zero, output);
        TestContext.Out.WriteLine(output);
        var words = output.Split(' ', 4);
        return (int.Parse(words[0], CultureInfo.InvariantCulture), words[1], int.Parse(words[2], CultureInfo.InvariantCulture), words[3]);
    }
}
