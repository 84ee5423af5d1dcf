using TorchSharp.Modules;

namespace FineTune;

/// <summary>One group as the optimizer gets it: the parameters of a member that share rate and weight decay.</summary>
internal sealed record OptimizerGroup(
    string Name,
    double LearningRate,
    double WeightDecay,
    IReadOnlyList<(string Name, Parameter Parameter)> Named)
{
    public IReadOnlyList<Parameter> Parameters { get; } = [.. Named.Select(named => named.Parameter)];

    /// <summary>Groups as they were asked for, split in two where weight decay leaves biases and norms out.</summary>
    public static IReadOnlyList<OptimizerGroup> From(IReadOnlyList<ParameterGroup> groups, OptimizerConfig config)
    {
        var result = new List<OptimizerGroup>();
        foreach (var group in groups)
        {
            if (config.WeightDecay == 0 || (config.DecayBiasAndNorm && group.DecayBiasAndNorm))
            {
                Add(group, group.Parameters, config.WeightDecay);
            }
            else
            {
                Add(group, [.. group.Parameters.Where(named => named.Parameter.dim() > 1)], config.WeightDecay);
                Add(group, [.. group.Parameters.Where(named => named.Parameter.dim() <= 1)], 0);
            }
        }

        return result;

        void Add(ParameterGroup group, IReadOnlyList<(string, Parameter)> named, double weightDecay)
        {
            if (named.Count > 0)
            {
                result.Add(new(group.Name, group.LearningRate, weightDecay, named));
            }
        }
    }
}
