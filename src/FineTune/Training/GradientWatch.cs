using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The largest gradient norm that each trainable parameter had in an epoch.</summary>
internal sealed class GradientWatch : IDisposable
{
    private Tensor? largest;

    public void Add(Tensor norms)
    {
        var before = largest;
        largest = (before is null ? norms.clone() : torch.maximum(before, norms)).DetachFromDisposeScope();
        before?.Dispose();
    }

    public IReadOnlyList<float> Largest(int parameters)
    {
        if (largest is null)
        {
            return new float[parameters];
        }

        return largest.Values<float>();
    }

    public void Dispose() => largest?.Dispose();
}
