namespace FineTune.Data;

/// <summary>
/// Independent streams of random numbers from one seed. A stream depends on what it is for, never on what was drawn
/// before, so that any epoch can be repeated, or resumed in its middle, without repeating the ones before it.
/// </summary>
internal static class SampleRandom
{
    public static Random ForOrder(int seed, int epoch) => new(Mix(seed, epoch, -1));

    public static Random ForSample(int seed, int epoch, int index) => new(Mix(seed, epoch, index));

    // Below what an order and samples have.
    public static Random ForBatch(int seed, int epoch, int batch) => new(Mix(seed, epoch, -2 - batch));

    // SplitMix64's finalizer after each part: neighbouring seeds, epochs and indices give unrelated streams.
    private static int Mix(int seed, int epoch, int index)
    {
        ulong state = 0;
        foreach (var part in (ReadOnlySpan<int>)[seed, epoch, index])
        {
            state += unchecked((uint)part) + 0x9E3779B97F4A7C15;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
            state ^= state >> 31;
        }

        return unchecked((int)state);
    }
}
