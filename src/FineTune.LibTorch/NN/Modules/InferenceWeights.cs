using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// What convolutions compute with in place of their own weights. It holds on the thread that has entered it, and changes no module.
/// </summary>
internal sealed class InferenceWeights : IDisposable
{
    [ThreadStatic]
    private static InferenceWeights? active;

    private readonly Dictionary<Convolution, (Tensor Weight, Tensor? Bias)> weights = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<BatchNorm> folded = new(ReferenceEqualityComparer.Instance);
    private readonly Action<nn.Module, Tensor>? watcher;

    /// <param name="watcher">Is told of each convolution and its answer, and of each normalization and its input.</param>
    public InferenceWeights(Action<nn.Module, Tensor>? watcher = null) => this.watcher = watcher;

    /// <summary>Those that this thread has entered.</summary>
    public static InferenceWeights? Active => active;

    /// <summary>Makes a convolution compute with other weights, which are this object's from now on.</summary>
    /// <param name="norm">The normalization that has nothing left to do then.</param>
    public void Add(Convolution convolution, Tensor weight, Tensor? bias, BatchNorm? norm)
    {
        this.weights.Add(convolution, (weight, bias));
        if (norm is not null)
            this.folded.Add(norm);
    }

    /// <summary>Makes this thread compute with these weights until the result is disposed of.</summary>
    public IDisposable Enter()
    {
        var entered = new Entered(active);
        active = this;
        return entered;
    }

    public void Dispose()
    {
        foreach (var (weight, bias) in this.weights.Values)
        {
            weight.Dispose();
            bias?.Dispose();
        }

        this.weights.Clear();
        this.folded.Clear();
    }

    internal (Tensor? Weight, Tensor? Bias) Of(Convolution convolution) =>
        this.weights.TryGetValue(convolution, out var its) ? its : (convolution.weight, convolution.bias);

    internal void Answered(Convolution convolution, Tensor answer) => this.watcher?.Invoke(convolution, answer);

    /// <summary>Whether a normalization has nothing left to do.</summary>
    internal bool Contain(BatchNorm norm, Tensor input)
    {
        this.watcher?.Invoke(norm, input);
        return this.folded.Contains(norm);
    }

    private sealed class Entered(InferenceWeights? before) : IDisposable
    {
        public void Dispose() => active = before;
    }
}
