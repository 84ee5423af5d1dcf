using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The frozen first half of a model's forward pass, if its answers can be kept.</summary>
internal sealed class FrozenPrefix
{
    // Kernels may sum up in another order for another batch; what depends on its neighbours differs by far more.
    private const double RoundingError = 1e-4;

    private readonly ISplitForward split;
    private readonly ModelDevice device;
    private readonly LayerList layers;

    private FrozenPrefix(ISplitForward split, LayerList layers, ModelDevice device, FeatureLayout layout, ulong answer)
    {
        this.split = split;
        this.layers = layers;
        this.device = device;
        Layout = layout;
        Answer = answer;
    }

    /// <summary>How its answer to a sample is kept.</summary>
    public FeatureLayout Layout { get; }

    /// <summary>A hash of its answer to a known sample.</summary>
    public ulong Answer { get; }

    /// <summary>
    /// Tries the model's first half on one sample and on two, which shows whether it answers to each by itself.
    /// </summary>
    /// <param name="compiled">The model, in the mode that it trains in.</param>
    /// <param name="input">Inputs of two samples, [2, …].</param>
    /// <param name="target">Their targets, [2, …].</param>
    /// <param name="obstacle">Why its answers cannot be kept; null where they can.</param>
    public static FrozenPrefix? Of(CompiledModel compiled, Tensor input, Tensor target, out string? obstacle)
    {
        if (compiled.Model is not ISplitForward { SplitsForward: true } split)
        {
            obstacle = $"the forward pass of {compiled.Model.GetName()} cannot be split into a frozen and a trainable half";
            return null;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var device = ModelDevice.Of(compiled.Model);
        var both = device.Move(input);
        var pair = split.ForwardFrozen(both);
        if (pair.All(tensor => ReferenceEquals(tensor, both)))
        {
            obstacle = $"in the phase '{compiled.Phase}' the forward pass does not start with anything frozen";
            return null;
        }

        var first = split.ForwardFrozen(both.narrow(0, 0, 1));
        var second = split.ForwardFrozen(both.narrow(0, 1, 1));
        if (FeatureLayout.Of(first, pair, target) is not { } layout
            || !Equal(layout.Rows(pair, target), layout.Rows(first, target), layout.Rows(second, target)))
        {
            obstacle = "the frozen half's answer to a sample depends on the samples beside it";
            return null;
        }

        obstacle = null;
        var bits = layout.Rows(first, target)[..^1].Select(ContentHash.Of);
        return new FrozenPrefix(split, compiled.Tunable.Layers, device, layout, bits.Aggregate(0UL, (all, one) => unchecked((all * 31) + one)));
    }

    /// <summary>Its answer to a batch. The caller has a scope for what else comes up.</summary>
    public Tensor[] Run(Tensor input)
    {
        // Whoever put a part of it into training mode since the last batch.
        layers.KeepFrozenInInferenceMode();
        using var noGradients = torch.no_grad();
        return split.ForwardFrozen(device.Move(input));
    }

    private static bool Equal(Tensor[] pair, Tensor[] first, Tensor[] second)
    {
        for (var i = 0; i < pair.Length - 1; i++)
        {
            var apart = torch.cat([first[i], second[i]]).to_type(ScalarType.Float64);
            var together = pair[i].to_type(ScalarType.Float64);
            var difference = (apart - together).abs().max().ToDouble();
            if (!(difference <= RoundingError * apart.abs().max().ToDouble()))
            {
                return false;
            }
        }

        return true;
    }
}
