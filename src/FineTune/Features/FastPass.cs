using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Ways for the frozen part to compute the same up to rounding: as it is, with the channels of a pixel side by side in memory,
/// with BatchNorm folded into convolutions, with both. The first batches go each in turn, and tell which is the fastest.
/// </summary>
internal sealed class FastPass : IDisposable
{
    // What is folded agrees to about the seventh digit; where a convolution's answer is used twice, not even to the first.
    private const double Agreement = 1e-5;

    private readonly Func<Tensor, Tensor[]> run;
    private readonly (bool IsReordered, bool IsFolded)[] ways;
    private readonly Race race;
    private NormFolding? folding;
    private long samples;

    /// <param name="run">The frozen part.</param>
    /// <param name="input">A known batch, [N, …].</param>
    /// <param name="answer">The frozen part's answer to it.</param>
    /// <param name="folding">What can be folded; it is this object's from now on.</param>
    public FastPass(Func<Tensor, Tensor[]> run, Tensor input, Tensor[] answer, NormFolding? folding)
    {
        this.run = run;
        this.folding = folding;
        if (folding is not null && !Agrees(Run((false, true), input), answer))
        {
            folding.Dispose();
            this.folding = folding = null;
        }

        // Elsewhere work goes on after a call is back, and a clock would tell nothing.
        var isHere = input.device_type == DeviceType.CPU;
        var hasPixels = isHere && input.dim() == 4 && input.size(1) > 1;
        ways = [(false, false), .. hasPixels ? [(true, false)] : Array.Empty<(bool, bool)>(),
            .. isHere && folding is not null ? [(false, true)] : Array.Empty<(bool, bool)>(),
            .. hasPixels && folding is not null ? [(true, true)] : Array.Empty<(bool, bool)>()];
        race = new Race(ways.Length);
    }

    /// <summary>The frozen part's answer to a batch.</summary>
    public Tensor[] Run(Tensor input)
    {
        var count = input.size(0);
        samples = samples == 0 ? count : samples;
        var next = race.Next;

        // A smaller batch takes less, whichever way it goes.
        if (race.IsOver || count != samples)
        {
            return Run(ways[next], input);
        }

        var start = Stopwatch.GetTimestamp();
        var answer = Run(ways[next], input);
        race.Add(next, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (race.IsOver && !ways[race.Next].IsFolded)
        {
            Dispose();
        }

        return answer;
    }

    /// <summary>The answer that each way gives.</summary>
    public IEnumerable<Tensor[]> RunEach(Tensor input) => ways.Select(way => Run(way, input));

    /// <summary>Frees the folded weights.</summary>
    public void Dispose()
    {
        folding?.Dispose();
        folding = null;
    }

    /// <summary>The same pictures, [N, C, H, W], with the channels of a pixel side by side.</summary>
    private static Tensor ChannelsLast(Tensor input) => input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static bool Agrees(Tensor[] some, Tensor[] others) => some.Zip(others).All(pair =>
        (pair.First - pair.Second).abs().max().ToDouble() <= Agreement * pair.Second.abs().max().ToDouble());

    private Tensor[] Run((bool IsReordered, bool IsFolded) way, Tensor input)
    {
        using var folded = way.IsFolded ? folding?.Enter() : null;
        return way.IsReordered ? Array.ConvertAll(run(ChannelsLast(input)), tensor => tensor.contiguous()) : run(input);
    }
}
