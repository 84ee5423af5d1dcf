namespace FineTune.Data;

/// <summary>Random numbers of another source, which tells when one is drawn: a sample that draws none is the same in each epoch.</summary>
internal sealed class WatchedRandom(Random source, Action drawn) : Random
{
    public override int Next() => Source().Next();

    public override int Next(int maxValue) => Source().Next(maxValue);

    public override int Next(int minValue, int maxValue) => Source().Next(minValue, maxValue);

    public override long NextInt64() => Source().NextInt64();

    public override long NextInt64(long maxValue) => Source().NextInt64(maxValue);

    public override long NextInt64(long minValue, long maxValue) => Source().NextInt64(minValue, maxValue);

    public override float NextSingle() => Source().NextSingle();

    public override double NextDouble() => Source().NextDouble();

    public override void NextBytes(byte[] buffer) => Source().NextBytes(buffer);

    public override void NextBytes(Span<byte> buffer) => Source().NextBytes(buffer);

    protected override double Sample() => Source().NextDouble();

    private Random Source()
    {
        drawn();
        return source;
    }
}
