using static TorchSharp.torch;

namespace FineTune;

/// <summary>What an optimizer knows of each parameter beyond its gradient, addressed by the parameter's name.</summary>
internal static class OptimizerMoments
{
    /// <summary>Copies the moments of parameters that are in both optimizers, which are of the same kind.</summary>
    public static void Carry(MultiTensorOptimizer from, MultiTensorOptimizer to)
    {
        var before = from.States.ToDictionary(state => state.Name, StringComparer.Ordinal);
        foreach (var state in to.States)
        {
            // A layer that was replaced has its predecessor's name.
            if (before.TryGetValue(state.Name, out var known) && known.HasStarted
                && known.Parameter.dtype == state.Parameter.dtype && known.Parameter.shape.SequenceEqual(state.Parameter.shape))
            {
                state.Copy(known.Moment);
            }
        }
    }

    /// <summary>The moments of the parameters that have taken a step, the number of their steps included.</summary>
    public static Dictionary<string, Tensor> Save(MultiTensorOptimizer optimizer) => optimizer.States
        .SelectMany(state => state.Moments.Select(moment => (Key: Key(state, moment.Name), moment.Tensor)))
        .ToDictionary(named => named.Key, named => named.Tensor, StringComparer.Ordinal);

    /// <summary>Puts back what <see cref="Save"/> took; a moment that was not there then is not there now.</summary>
    /// <exception cref="FineTuneException">Only some of a parameter's moments are there.</exception>
    public static void Restore(MultiTensorOptimizer optimizer, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var state in optimizer.States)
        {
            state.Reset();
            if (tensors.Keys.Any(key => key.StartsWith(Key(state, ""), StringComparison.Ordinal)))
            {
                // A checkpoint of a run without masters has none: they begin with the weights.
                state.Copy(moment => tensors.GetValueOrDefault(Key(state, moment))
                    ?? (moment == ParameterState.Master ? (Tensor)state.Parameter : null) ?? throw new FineTuneException(
                    $"The checkpoint has no '{moment}' of the parameter {state.Name}; it is of another optimizer or version."));
            }
        }
    }

    private static string Key(ParameterState state, string moment) => $"{state.Name}/{moment}";
}
