using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>How a BatchNorm of an architecture differs from PyTorch's usual one.</summary>
    private readonly record struct NormOptions(double Epsilon, double Momentum)
    {
        public static NormOptions Usual { get; } = new(1e-5, 0.1);
    }

    /// <summary>A convolution that keeps the picture's size but for its stride, its BatchNorm, and an activation if there is one.</summary>
    private static Sequential NormalizedConvolution(
        int input,
        int output,
        int kernel,
        Func<Module<Tensor, Tensor>>? activation,
        int stride = 1,
        int groups = 1,
        NormOptions? norm = null)
    {
        (var epsilon, var momentum) = norm ?? NormOptions.Usual;
        var modules = new List<Module<Tensor, Tensor>>
        {
            Conv2d(input, output, kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false),
            BatchNorm2d(output, epsilon, momentum),
        };
        if (activation is not null)
        {
            modules.Add(activation());
        }

        return Numbered(modules);
    }
}
