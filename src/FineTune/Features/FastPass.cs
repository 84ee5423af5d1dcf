using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Two ways for the frozen part to compute the same up to rounding: the first as it is, or with BatchNorm folded into convolutions; the
/// second in the layout of oneDNN, or with the channels of a pixel side by side. The first batches go either, and tell which is the faster.
/// </summary>
internal sealed class FastPass : IDisposable
{
    // What is folded agrees to about the seventh digit; where a convolution's answer is used twice, not even to the first.
    private const double Agreement = 1e-5;

    private readonly FrozenWay[] ways;
    private readonly Race race;
    private long samples;

    /// <param name="run">The frozen part.</param>
    /// <param name="input">A known batch, [N, …].</param>
    /// <param name="answer">The frozen part's answer to it.</param>
    /// <param name="convolutions">What else its convolutions may do; null where there is nothing.</param>
    public FastPass(Func<Tensor, Tensor[]> run, Tensor input, Tensor[] answer, ConvolutionWays? convolutions)
    {
        var asItIs = new FrozenWay(run);

        // Elsewhere work goes on after a call is back, and a clock would tell nothing.
        if (input.device_type != DeviceType.CPU)
        {
            ways = [asItIs];
        }
        else if (IfItAgrees(() => convolutions?.Packed(run)) is { } packed)
        {
            ways = [asItIs, packed];
        }
        else
        {
            var plain = IfItAgrees(() => convolutions?.Folded(run)) ?? asItIs;
            var hasPixels = input.dim() == 4 && input.size(1) > 1;
            ways = hasPixels ? [plain, plain.ChannelsLast()] : [plain];
        }

        race = new Race(ways.Length);

        FrozenWay? IfItAgrees(Func<FrozenWay?> prepare)
        {
            FrozenWay? way = null;
            try
            {
                way = prepare();
                if (way is null || Agrees(way.Run(input), answer))
                {
                    return way;
                }
            }
            catch (Exception)
            {
                // The model has just answered this input; only what this way asks of its operators is not to be had.
            }

            way?.Dispose();
            return null;
        }
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
            return ways[next].Run(input);
        }

        var start = Stopwatch.GetTimestamp();
        var answer = ways[next].Run(input);
        race.Add(next, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (race.IsOver && race.Next == 0)
        {
            ways[^1].Dispose();
        }

        return answer;
    }

    /// <summary>Its answer in the way that takes the least for a few samples, with nothing to prepare.</summary>
    public Tensor[] RunFew(Tensor input) => ways[^1].Run(input);

    /// <summary>The answer that each way gives.</summary>
    public IEnumerable<Tensor[]> RunEach(Tensor input) => ways.Select(way => way.Run(input));

    /// <summary>Frees what the ways compute with.</summary>
    public void Dispose() => Array.ForEach(ways, way => way.Dispose());

    private static bool Agrees(Tensor[] some, Tensor[] others) => some.Zip(others).All(pair =>
        (pair.First - pair.Second).abs().max().ToDouble() <= Agreement * pair.Second.abs().max().ToDouble());
}
