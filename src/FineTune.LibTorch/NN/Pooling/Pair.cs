using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The two results of an operator that has two.</summary>
internal static class Pair
{
    public static (Tensor, Tensor) Of(Tensor[] results) => (results[0], results[1]);
}
