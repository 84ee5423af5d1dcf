using TorchSharp.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Other ways for the convolutions of a forward pass in inference mode to compute the same up to rounding.</summary>
internal sealed class ConvolutionWays
{
#pragma warning disable PORT001 // This file is compiled for the binding alone.
    private readonly ConvolutionCalls calls;

    private ConvolutionWays(ConvolutionCalls calls) => this.calls = calls;

    /// <summary>Runs the forward pass, and finds its convolutions; null where there are none.</summary>
    public static ConvolutionWays? Watch(Action forward)
    {
        var calls = ConvolutionCalls.Watch(forward);
        return calls.Count > 0 ? new ConvolutionWays(calls) : null;
    }

    /// <summary>With BatchNorm folded into them; null where there is nothing to fold.</summary>
    public FrozenWay? Folded(Func<Tensor, Tensor[]> forward)
    {
        if (calls.Foldable == 0)
        {
            return null;
        }

        var weights = calls.Folded();
        return new FrozenWay(
            input =>
            {
                using var entered = weights.Enter();
                return forward(input);
            },
            weights);
    }

    /// <summary>
    /// The same in oneDNN's own layout from the first convolution to the last, with weights brought into it once instead of at each call.
    /// </summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The weights are not floats on the CPU.</exception>
    public FrozenWay Packed(Func<Tensor, Tensor[]> forward)
    {
        var weights = calls.Packed();
        return new FrozenWay(
            input =>
            {
                using var entered = weights.Enter();
                return Array.ConvertAll(forward(Aten.Call("to_mkldnn", input)), answer => Aten.Call("to_dense", answer));
            },
            weights);
    }
#pragma warning restore PORT001
}
