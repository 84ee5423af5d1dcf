namespace FineTune.Tests;

public sealed class AutotunerTests
{
    [Test]
    public void Each_way_goes_in_turn_and_the_fastest_wins_after_its_warm_up()
    {
        var tuner = new Autotuner(3);
        Assert.That(Run(tuner, [5, 9], [5.5, 4], [5.2, 7]), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2 }));
        Assert.That(tuner.Next, Is.EqualTo(1));
    }

    [Test]
    public void A_way_that_is_far_behind_goes_once_only()
    {
        var tuner = new Autotuner(3);
        Assert.That(Run(tuner, [5, 5], [20, 1], [6, 3]), Is.EqualTo(new[] { 0, 1, 2, 0, 2 }));
        Assert.That(tuner.Next, Is.EqualTo(2));
    }

    [Test]
    public void What_is_hardly_faster_than_the_first_way_does_not_win()
    {
        var tuner = new Autotuner(2);
        Run(tuner, [5, 5], [4.9, 4.8]);

        Assert.That(tuner.IsOver);
        Assert.That(tuner.Next, Is.Zero);
    }

    [Test]
    public void One_way_alone_wins()
    {
        var tuner = new Autotuner(1);
        Assert.That(Run(tuner, [5, 5]), Is.EqualTo(new[] { 0, 0 }));
        Assert.That(tuner.Next, Is.Zero);
    }

    // The ways in the order in which they went, each taking what stands for its laps.
    private static List<int> Run(Autotuner tuner, params double[][] seconds)
    {
        var went = new List<int>();
        while (!tuner.IsOver)
        {
            var way = tuner.Next;
            tuner.Add(way, seconds[way][went.Count(other => other == way)]);
            went.Add(way);
        }

        return went;
    }
}
