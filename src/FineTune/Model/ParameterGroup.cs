using System.ComponentModel;
using TorchSharp;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>The parameters of one member of a model that train now, and their learning rate.</summary>
/// <remarks>
/// The list is taken when the group is made, and never again: an optimizer that is handed a query instead would
/// evaluate it at each step, and meet parameters that it knows nothing of.
/// </remarks>
public sealed class ParameterGroup
{
    /// <summary>Takes the parameters of <paramref name="module"/> that train now.</summary>
    /// <param name="name">The name of the member, which comes first in its parameters' names.</param>
    /// <param name="module">The member; one that is null has no parameters.</param>
    /// <param name="learningRate">A finite, positive learning rate.</param>
    /// <exception cref="FineTuneException">The learning rate is not finite and positive.</exception>
    public ParameterGroup(string name, torch.nn.Module? module, double learningRate)
    {
        FineTuneException.ThrowUnlessLearningRate(learningRate, $"the parameter group '{name}'");
        Name = name;
        LearningRate = learningRate;
        Parameters = module is null ? [] : [.. module.named_parameters()
            .Where(named => named.parameter.requires_grad)
            .Select(named => ($"{name}.{named.name}", named.parameter))];
    }

    /// <summary>Takes one parameter that is a member by itself, if it trains now.</summary>
    /// <param name="name">The name of the member, which is the parameter's.</param>
    /// <param name="parameter">The member; null leaves the group empty.</param>
    /// <param name="learningRate">A finite, positive learning rate.</param>
    /// <exception cref="FineTuneException">The learning rate is not finite and positive.</exception>
    public ParameterGroup(string name, Parameter? parameter, double learningRate)
    {
        FineTuneException.ThrowUnlessLearningRate(learningRate, $"the parameter group '{name}'");
        Name = name;
        LearningRate = learningRate;
        Parameters = parameter is { requires_grad: true } ? [(name, parameter)] : [];
    }

    internal ParameterGroup(string name, IReadOnlyList<(string Name, Parameter Parameter)> parameters, double learningRate)
    {
        FineTuneException.ThrowUnlessLearningRate(learningRate, $"the parameter group '{name}'");
        Name = name;
        LearningRate = learningRate;
        Parameters = parameters;
    }

    /// <summary>
    /// The group without the parameters of modules that are parts of the member, as a head inside a backbone is. Generated code calls it.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ParameterGroup Without(params torch.nn.Module?[] parts)
    {
        var others = new HashSet<object>(
            parts.OfType<torch.nn.Module>().SelectMany(part => part.parameters()),
            ReferenceEqualityComparer.Instance);
        return Only(named => !others.Contains(named.Parameter));
    }

    /// <summary>The group with some of its parameters only.</summary>
    internal ParameterGroup Only(Func<(string Name, Parameter Parameter), bool> these) =>
        new(Name, [.. Parameters.Where(these)], LearningRate) { DecayBiasAndNorm = DecayBiasAndNorm };

    /// <summary>The name of the member.</summary>
    public string Name { get; }

    /// <summary>The learning rate that the group starts with.</summary>
    public double LearningRate { get; }

    /// <summary>
    /// Whether weight decay reaches biases and the scales and shifts of normalization layers, where the optimizer's
    /// settings say that it does.
    /// </summary>
    public bool DecayBiasAndNorm { get; init; } = true;

    /// <summary>The parameters with their full names, as in <c>backbone.conv1.weight</c>.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }
}
