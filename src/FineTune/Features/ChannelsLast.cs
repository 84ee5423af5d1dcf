using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Pictures with the channels of a pixel side by side in memory. Convolutions keep that order, and many are faster in it; they
/// may add up in another order then, so that results agree to rounding only.
/// </summary>
internal static class ChannelsLast
{
    private const int Rounds = 2;

    // Enough for the kernels that a whole batch would take; each sample measured is one computed for nothing.
    public const int Measured = 4;

    /// <summary>With fewer samples, what measuring costs is not won back.</summary>
    public const int WorthMeasuring = 240;

    // What is not clearly faster is noise, and not worth another order.
    private const double Gain = 0.95;

    /// <summary>The same pictures, [N, C, H, W], in that order; other tensors as they are.</summary>
    public static Tensor Of(Tensor input) => input.dim() == 4 ? input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : input;

    /// <summary>Measures on a batch whether it is faster.</summary>
    public static bool IsFaster(Tensor batch, Func<Tensor, Tensor[]> run)
    {
        if (batch.dim() != 4 || batch.shape[1] == 1)
        {
            return false;
        }

        batch = batch.narrow(0, 0, Math.Min(Measured, batch.shape[0]));

        // In turn, so that both meet the same machine; the first round only warms up.
        var (plain, reordered) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var round = 0; round <= Rounds; round++)
        {
            var (one, other) = (Seconds(() => run(batch)), Seconds(() => run(Of(batch))));
            if (round > 0)
            {
                (plain, reordered) = (Math.Min(plain, one), Math.Min(reordered, other));
            }
        }

        return reordered < Gain * plain;
    }

    private static double Seconds(Action action)
    {
        using var scope = torch.NewDisposeScope();
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
