using static TorchSharp.torch;

namespace FineTune;

/// <summary>A way to compute the frozen part.</summary>
/// <param name="run">Gives its answer to a batch.</param>
internal sealed class FrozenWay(Func<Tensor, Tensor[]> run)
{
    /// <summary>The frozen part's answer to a batch.</summary>
    public Tensor[] Run(Tensor input) => run(input);

    /// <summary>The same with the channels of a pixel side by side in memory: inputs and answers are [N, C, H, W] as ever.</summary>
    public FrozenWay ChannelsLast() => new(input =>
        Array.ConvertAll(run(input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)), answer => answer.contiguous()));
}
