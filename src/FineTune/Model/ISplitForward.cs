using TorchSharp;

namespace FineTune;

/// <summary>
/// A model whose forward pass the generator cut in two: what is frozen answers the same to the same input until the
/// phase changes, so that its answer can be kept.
/// </summary>
public interface ISplitForward
{
    /// <summary>Whether the halves are those of the model's <c>forward</c>, and not of one that a derived class overrides.</summary>
    bool SplitsForward { get; }

    /// <summary>The first half, which depends on the input and on frozen layers only; it runs without gradients.</summary>
    /// <param name="inputs">A batch, as <c>forward</c> takes it.</param>
    /// <returns>The cut: the values that <see cref="ForwardTrainable"/> starts from.</returns>
    torch.Tensor[] ForwardFrozen(Tensors inputs);

    /// <summary>The second half, from where the frozen layers end.</summary>
    /// <param name="cut">What <see cref="ForwardFrozen"/> returned in the same phase.</param>
    /// <returns>What <c>forward</c> returns.</returns>
    Tensors ForwardTrainable(IReadOnlyList<torch.Tensor> cut);
}
