using System.Diagnostics;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Two ways for the frozen part to compute the same up to rounding: as it is, and with the channels of a pixel side by side in memory. The
/// first batches go either, and tell which is the faster.
/// </summary>
internal sealed class FastPass
{
    private readonly Func<Tensors, Tensor[]>[] ways;
    private readonly Autotuner tuner;
    private long samples;

    /// <param name="run">The frozen part.</param>
    /// <param name="inputs">A known batch, [N, …] each.</param>
    public FastPass(Func<Tensors, Tensor[]> run, Tensors inputs)
    {
        // On another device work goes on after a call is back, and a clock would tell nothing.
        var hasPixels = inputs.Any(input => HasPixels(input) && input.device_type == TorchSharp.DeviceType.CPU);
        ways = hasPixels ? [run, ChannelsLast(run)] : [run];
        tuner = new Autotuner(ways.Length);
    }

    /// <summary>The same with the channels of a pixel side by side in memory: inputs and answers are [N, C, H, W] as ever.</summary>
    public static Func<Tensors, Tensor[]> ChannelsLast(Func<Tensors, Tensor[]> run) => inputs =>
        Array.ConvertAll(run(inputs.Select(ChannelsLast)), answer => answer.contiguous());

    /// <summary>The frozen part's answer to a batch.</summary>
    public Tensor[] Run(Tensors input)
    {
        var count = input[0].size(0);
        samples = samples == 0 ? count : samples;
        var next = tuner.Next;

        // A smaller batch takes less, whichever way it goes.
        if (tuner.IsOver || count != samples)
        {
            return ways[next](input);
        }

        var start = Stopwatch.GetTimestamp();
        var answer = ways[next](input);
        tuner.Add(next, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return answer;
    }

    /// <summary>The answer that each way gives.</summary>
    public IEnumerable<Tensor[]> RunEach(Tensors input) => ways.Select(way => way(input));

    private static Tensor ChannelsLast(Tensor input) =>
        HasPixels(input) ? input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : input;

    private static bool HasPixels(Tensor input) => input.dim() == 4 && input.size(1) > 1;
}
