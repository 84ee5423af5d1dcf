namespace FineTune.Tests;

public sealed class RaceTests
{
    [Test]
    public void Each_way_goes_in_turn_and_the_fastest_wins_after_its_warm_up()
    {
        var race = new Race(3);
        Assert.That(Run(race, [5, 9], [5.5, 4], [5.2, 7]), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2 }));
        Assert.That(race.Next, Is.EqualTo(1));
    }

    [Test]
    public void A_way_that_is_far_behind_goes_once_only()
    {
        var race = new Race(3);
        Assert.That(Run(race, [5, 5], [20, 1], [6, 3]), Is.EqualTo(new[] { 0, 1, 2, 0, 2 }));
        Assert.That(race.Next, Is.EqualTo(2));
    }

    [Test]
    public void What_is_hardly_faster_than_the_first_way_does_not_win()
    {
        var race = new Race(2);
        Run(race, [5, 5], [4.9, 4.8]);

        Assert.That(race.IsOver);
        Assert.That(race.Next, Is.Zero);
    }

    [Test]
    public void One_way_alone_wins()
    {
        var race = new Race(1);
        Assert.That(Run(race, [5, 5]), Is.EqualTo(new[] { 0, 0 }));
        Assert.That(race.Next, Is.Zero);
    }

    // The ways in the order in which they went, each taking what stands for its laps.
    private static List<int> Run(Race race, params double[][] seconds)
    {
        var went = new List<int>();
        while (!race.IsOver)
        {
            var way = race.Next;
            race.Add(way, seconds[way][went.Count(other => other == way)]);
            went.Add(way);
        }

        return went;
    }
}
