using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// The convolutions of a forward pass in inference mode, each with the normalization behind it: a factor and a summand for each
/// channel then, which the convolution's weights and bias can take in.
/// </summary>
internal sealed class ConvolutionCalls
{
    private readonly Dictionary<Convolution, BatchNorm?> norms;

    private ConvolutionCalls(Dictionary<Convolution, BatchNorm?> norms) => this.norms = norms;

    /// <summary>How many convolutions ran.</summary>
    public int Count => this.norms.Count;

    /// <summary>How many of them can take in the normalization behind them.</summary>
    public int Foldable => this.norms.Values.Count(norm => norm is not null);

    /// <summary>
    /// Runs a forward pass. A normalization can be folded that is called once, with the answer of a convolution that is called
    /// once. Whether something else uses that answer too cannot be seen: who folds compares what comes out.
    /// </summary>
    public static ConvolutionCalls Watch(Action forward)
    {
        List<(nn.Module Module, Tensor Tensor)> calls = [];
        using (var watching = new InferenceWeights((module, tensor) => calls.Add((module, tensor))))
        using (watching.Enter())
            forward();

        var byModule = calls.ToLookup(call => call.Module, ReferenceEqualityComparer.Instance);
        var norms = new Dictionary<Convolution, BatchNorm?>(ReferenceEqualityComparer.Instance);
        foreach (var convolution in calls.Select(call => call.Module).OfType<Convolution>())
            norms[convolution] = null;
        foreach (var (module, input) in calls)
        {
            if (module is BatchNorm { training: false, running_mean: not null } norm && byModule[norm].Count() == 1
                && calls.Find(call => call.Module is Convolution && ReferenceEquals(call.Tensor, input)).Module is Convolution convolution
                && byModule[convolution].Count() == 1)
                norms[convolution] = norm;
        }

        return new ConvolutionCalls(norms);
    }

    /// <summary>The weights with normalizations folded into them.</summary>
    public InferenceWeights Folded() => Weights(folds: true, (_, weight) => weight);

    /// <summary>
    /// The same in the layout that oneDNN computes with, which plain weights are brought into at each call. They take inputs in
    /// oneDNN's own layout alone, as <c>to_mkldnn</c> makes it.
    /// </summary>
    public InferenceWeights Packed() => Weights(folds: false, (convolution, weight) => convolution.Pack(weight));

    private InferenceWeights Weights(bool folds, Func<Convolution, Tensor, Tensor> prepare)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var weights = new InferenceWeights();
        foreach (var (convolution, norm) in this.norms)
        {
            if (norm is null && folds)
                continue;

            // One after the other, so that never more than one is there twice.
            using var one = NewDisposeScope();
            var (weight, bias) = norm is null ? (convolution.weight!, convolution.bias?.detach()) : Folded(convolution, norm);
            weights.Add(convolution, prepare(convolution, weight).DetachFromDisposeScope(), bias?.DetachFromDisposeScope(), norm);
        }

        return weights;
    }

    private static (Tensor Weight, Tensor? Bias) Folded(Convolution convolution, BatchNorm norm)
    {
        var weight = convolution.weight!;
        var factor = (norm.running_var!.to_type(ScalarType.Float64) + norm.Eps).rsqrt();
        if (norm.weight is { } gain)
            factor = factor * gain;
        var mean = convolution.bias is { } bias ? norm.running_mean! - bias : norm.running_mean!;
        var summand = norm.bias is { } shift ? shift - mean * factor : -(mean * factor);
        long[] perChannel = [-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)];
        return (weight * factor.to_type(weight.dtype).reshape(perChannel), summand.to_type(weight.dtype));
    }
}
