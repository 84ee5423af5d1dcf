using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Activations;

/// <summary>The activation that makes probabilities, or their logarithms, of what a model ends with.</summary>
/// <param name="Name">Softmax, LogSoftmax or Sigmoid.</param>
/// <param name="At">The call that applies it, or the layer that does.</param>
internal sealed record Activation(string Name, IOperation At)
{
    /// <summary>What a call that applies it is given; null where a layer further away applies it.</summary>
    public IOperation? Input { get; init; }

    /// <summary>The element of a sequence's arguments that it is, with others before it; null where it is none.</summary>
    public IOperation? LastElement { get; init; }

    /// <summary>Whether a loss that takes logits would apply a softmax, or a sigmoid, to it.</summary>
    public bool IsOfClasses => Name != "Sigmoid";
}
