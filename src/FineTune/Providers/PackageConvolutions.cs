using static TorchSharp.torch;

namespace FineTune;

/// <summary>The package's convolutions compute with their own weights alone, so there is no other way.</summary>
internal sealed class ConvolutionWays
{
    private ConvolutionWays()
    {
    }

    /// <summary>Runs the forward pass; there is nothing to find.</summary>
    public static ConvolutionWays? Watch(Action forward)
    {
        forward();
        return null;
    }

    /// <summary>There is none.</summary>
    public FrozenWay? Folded(Func<Tensor, Tensor[]> forward) => null;

    /// <summary>There is none.</summary>
    public FrozenWay? Packed(Func<Tensor, Tensor[]> forward) => null;
}
