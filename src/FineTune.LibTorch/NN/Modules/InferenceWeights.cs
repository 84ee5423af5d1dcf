using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Convolutions that answer for the normalization behind them too. In inference mode that is a factor and a summand for each
/// channel, which a convolution's weights and bias can take in. It holds on the thread that has entered it, and changes no module.
/// </summary>
internal sealed class FoldedNorms : IDisposable
{
    [ThreadStatic]
    private static FoldedNorms? active;

    private readonly Dictionary<Convolution, (Tensor Weight, Tensor Bias)> convolutions = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<BatchNorm> norms = new(ReferenceEqualityComparer.Instance);
    private List<(nn.Module Module, Tensor Tensor)>? watched = [];

    private FoldedNorms()
    {
    }

    /// <summary>Those that this thread has entered.</summary>
    public static FoldedNorms? Active => active;

    /// <summary>How many normalizations are folded.</summary>
    public int Count => this.norms.Count;

    /// <summary>
    /// Runs a forward pass, and folds each normalization that is called once, with the answer of a convolution that is called
    /// once. Whether something else uses that answer too cannot be seen: who enters compares what comes out.
    /// </summary>
    public static FoldedNorms Watch(Action forward)
    {
        var folded = new FoldedNorms();
        using (folded.Enter())
            forward();
        folded.Fold();
        return folded;
    }

    /// <summary>Makes this thread compute with folded normalizations until the result is disposed of.</summary>
    public IDisposable Enter()
    {
        var entered = new Entered(active);
        active = this;
        return entered;
    }

    public void Dispose()
    {
        foreach (var (weight, bias) in this.convolutions.Values)
        {
            weight.Dispose();
            bias.Dispose();
        }

        this.convolutions.Clear();
        this.norms.Clear();
    }

    internal (Tensor? Weight, Tensor? Bias) WeightsOf(Convolution convolution) =>
        this.convolutions.TryGetValue(convolution, out var folded) ? folded : (convolution.weight, convolution.bias);

    internal void Answered(Convolution convolution, Tensor answer) => this.watched?.Add((convolution, answer));

    /// <summary>Whether a normalization has nothing left to do.</summary>
    internal bool Contains(BatchNorm norm, Tensor input)
    {
        this.watched?.Add((norm, input));
        return this.norms.Contains(norm);
    }

    private void Fold()
    {
        var calls = this.watched!.ToLookup(call => call.Module, ReferenceEqualityComparer.Instance);
        foreach (var (module, input) in this.watched!)
        {
            if (module is BatchNorm { training: false, running_mean: not null } norm && calls[norm].Count() == 1
                && this.watched!.Find(call => call.Module is Convolution && ReferenceEquals(call.Tensor, input)).Module is Convolution convolution
                && calls[convolution].Count() == 1)
            {
                this.norms.Add(norm);
                this.convolutions.Add(convolution, Folded(convolution, norm));
            }
        }

        this.watched = null;
    }

    private static (Tensor Weight, Tensor Bias) Folded(Convolution convolution, BatchNorm norm)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var weight = convolution.weight!;
        var factor = (norm.running_var!.to_type(ScalarType.Float64) + norm.Eps).rsqrt();
        if (norm.weight is { } gain)
            factor = factor * gain;
        var mean = convolution.bias is { } bias ? norm.running_mean! - bias : norm.running_mean!;
        var summand = norm.bias is { } shift ? shift - mean * factor : -(mean * factor);
        long[] perChannel = [-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)];
        return ((weight * factor.to_type(weight.dtype).reshape(perChannel)).DetachFromDisposeScope(), summand.to_type(weight.dtype).DetachFromDisposeScope());
    }

    private sealed class Entered(FoldedNorms? before) : IDisposable
    {
        public void Dispose() => active = before;
    }
}
