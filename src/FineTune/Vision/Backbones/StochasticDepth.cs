using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>
/// In training, zeroes what a residual branch adds to some samples of the batch, and scales the others' to keep the
/// mean (Huang et al., 2016, https://arxiv.org/abs/1603.09382).
/// </summary>
internal sealed class StochasticDepth : Module<Tensor, Tensor>
{
    private readonly double probability;

    /// <param name="probability">That a sample's branch is dropped, below 1.</param>
    public StochasticDepth(double probability) : base(nameof(StochasticDepth)) => this.probability = probability;

    public override Tensor forward(Tensor x)
    {
        if (!training || probability == 0)
            return x.alias();
        using var scope = NewDisposeScope();
        double survives = 1 - probability;
        long[] perSample = [x.shape[0], .. Enumerable.Repeat(1L, x.shape.Length - 1)];
        using Tensor rates = full(perSample, survives, x.dtype, x.device);
        return (x * (rates.bernoulli() / survives)).MoveToOuterDisposeScope();
    }
}
