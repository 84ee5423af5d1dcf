namespace FineTune;

/// <summary>Finds the fastest of several ways to do the same, by doing it.</summary>
/// <param name="ways">How many there are.</param>
internal sealed class Autotuner(int ways)
{
    // The first time warms up what a way needs, such as the kernels for a shape.
    private const int Laps = 2;

    // So far behind the best that a second lap is a waste.
    private const double Hopeless = 1.3;

    // What is not clearly faster than the first way is noise.
    private const double Gain = 0.95;

    private readonly double[] best = [.. Enumerable.Repeat(double.PositiveInfinity, ways)];
    private readonly int[] laps = new int[ways];

    /// <summary>Whether the winner is known.</summary>
    public bool IsOver => Next == Leader && laps[Leader] >= Laps;

    /// <summary>The way to go next: each in turn, at last always the winner.</summary>
    public int Next
    {
        get
        {
            for (var lap = 0; lap < Laps; lap++)
            {
                for (var way = 0; way < ways; way++)
                {
                    if (laps[way] == lap && (lap == 0 || best[way] <= Hopeless * best.Min()))
                    {
                        return way;
                    }
                }
            }

            return Leader;
        }
    }

    private int Leader => best.Min() < Gain * best[0] ? Array.IndexOf(best, best.Min()) : 0;

    /// <summary>Takes note of what a way took.</summary>
    public void Add(int way, double seconds)
    {
        best[way] = Math.Min(best[way], seconds);
        laps[way]++;
    }
}
