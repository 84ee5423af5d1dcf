using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Watches a training pass on one sample: a layer that normalizes by the batch has one value of each channel then, whose variance is
/// not a number. libtorch does not say so, and the layer's statistics would be NaN for good.
/// </summary>
internal sealed class SingleValueWatch : IDisposable
{
    private readonly CallHooks hooks = new();

    public SingleValueWatch(nn.Module model)
    {
        foreach (var (name, layer) in Layers(model))
        {
            hooks.Before(layer, input =>
            {
                if (IsSingle(input, 1))
                {
                    throw Error(name, layer);
                }
            });
        }
    }

    /// <summary>The layers that measure what a batch is like while they train.</summary>
    public static IEnumerable<(string Name, nn.Module Layer)> Layers(nn.Module model)
    {
        foreach (var (name, module) in model.named_modules())
        {
            if (module.training && RunningStatistics.Has(module))
            {
                yield return (name, module);
            }
        }
    }

    /// <summary>Whether an input, [N, channels, …], has one value of each channel for each of its samples.</summary>
    public static bool IsSingle(Tensor input, long samples) => input.dim() > 1 && input.numel() == samples * input.size(1);

    /// <summary>The error of a batch of one sample.</summary>
    public static FineTuneException Error(string name, nn.Module layer) => new(
        $"A batch has one sample, and layer '{name}' ({layer.GetType().Name}) normalizes by the batch: the variance of one value is not a "
            + "number. Set DropLast, which leaves a last batch of fewer samples out, or another BatchSize.");

    public void Dispose() => hooks.Dispose();
}
