using FineTune.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>
/// In training, zeroes what a residual branch adds to some samples of the batch, and scales the others' to keep the
/// mean (Huang et al., 2016, https://arxiv.org/abs/1603.09382).
/// </summary>
internal sealed class StochasticDepth : Module<Tensor, Tensor>, IOnnxModule
{
    private readonly double survives;
    private readonly Scalar divisor;

    /// <param name="probability">That a sample's branch is dropped, below 1.</param>
    public StochasticDepth(double probability) : base(nameof(StochasticDepth)) =>
        (survives, divisor) = (1 - probability, 1 - probability);

    public override Tensor forward(Tensor x)
    {
        if (!training || survives == 1)
        {
            return x.alias();
        }

        using var scope = NewDisposeScope();
        long[] perSample = [x.shape[0], .. Enumerable.Repeat(1L, x.shape.Length - 1)];
        using var rates = full(perSample, survives, x.dtype, x.device);
        return (x * (rates.bernoulli() / divisor)).MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs) => inputs[0];
}
