using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// From version 0.100 of the TorchSharp package on, a gradient is a property; before, and in the binding over the
/// system's libtorch, a method. All code here calls the method.
/// </summary>
internal static class GradientProperty
{
#pragma warning disable PORT001 // This file is compiled for the versions that have the property.
    public static Tensor? grad(this Tensor tensor) => tensor.grad;
#pragma warning restore PORT001
}
