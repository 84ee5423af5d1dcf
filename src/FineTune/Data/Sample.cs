using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>One example: what the model sees, and what it should answer.</summary>
/// <param name="Inputs">
/// Without the batch dimension, for example a picture of shape [3, height, width]; as many as the model takes, in the order of its
/// <c>forward</c>.
/// </param>
/// <param name="Targets">Without the batch dimension, for example a class index of shape []; as many as the loss takes.</param>
/// <example><code>
/// new Sample(picture, label);                            // one of each
/// new Sample([ids, mask], label);                        // two inputs
/// new Sample(picture, [label, box]);                     // two targets, for Losses.Weighted of two terms
/// </code></example>
public readonly record struct Sample(Tensors Inputs, Tensors Targets)
{
    /// <summary>The input of a sample that has one.</summary>
    /// <exception cref="InvalidOperationException">It has several.</exception>
    public Tensor Input
    {
        get => Inputs.Only("inputs", "take Inputs");
        init => Inputs = value;
    }

    /// <summary>The target of a sample that has one.</summary>
    /// <exception cref="InvalidOperationException">It has several, or none.</exception>
    public Tensor Target
    {
        get => Targets.Only("targets", "take Targets");
        init => Targets = value;
    }
}
