using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Whether a model's convolutions and LSTMs are computed right on this machine. libtorch leaves them to oneDNN, which lays tensors out in
/// blocks of channels; where a virtual machine hides the sizes of its caches it does so in part only (uxlfoundation/oneDNN#5313), and what
/// is computed then is NaN, or wrong without a word.
/// </summary>
/// <remarks>
/// Layers are tried with numbers whose outcome is known, and which are not drawn at random: once a shape and process, in some
/// milliseconds.
/// </remarks>
internal static class OneDnnCheck
{
    private const string Limit = "ONEDNN_MAX_CPU_ISA";

    // Channels in the widest block, and in the one below.
    private const int Block = 16, NarrowBlock = 8;

    private const int Batch = 4, KernelSize = 3, KernelArea = KernelSize * KernelSize, Steps = 2;

    // What is left in memory by chance may be right by chance.
    private const int Rounds = 2;

    private static readonly ConcurrentDictionary<Shape, bool> Known = new();
    private static readonly Scalar NotANumber = float.NaN.ToScalar();

    /// <exception cref="FineTuneException">A layer is computed wrong; the sentence names it and says what to do.</exception>
    public static void ThrowIfWrong(nn.Module model) => ThrowIfWrong(model, IsRight, Environment.GetEnvironmentVariable(Limit));

    /// <param name="model">The model.</param>
    /// <param name="isRight">Tries a layer.</param>
    /// <param name="limit">Which instructions oneDNN is limited to, if it is.</param>
    internal static void ThrowIfWrong(nn.Module model, Func<nn.Module, bool> isRight, string? limit)
    {
        foreach (var (name, layer) in model.named_modules())
        {
            if (!isRight(layer))
            {
                var remedy = limit != "AVX2" && FitsNarrowBlocks(layer) ? "AVX2" : "SSE41";
                throw new FineTuneException(
                    $"The layer {name} is computed wrong on this machine: where a virtual machine hides the sizes of its caches, "
                        + "libtorch's oneDNN reads memory that nobody has set. Nothing was trained. "
                        + $"Set {Limit}={remedy} in the environment before the program starts.");
            }
        }
    }

    /// <summary>Whether a convolution of ones with a kernel of ones comes to what can be counted, forward and backward.</summary>
    internal static bool IsRight(Shape shape, Func<Tensor, Tensor, Tensor> convolve)
    {
        using var gradients = torch.enable_grad();
        for (var round = 0; round < Rounds; round++)
        {
            using var scope = torch.NewDisposeScope();
            var (inputs, outputs) = (shape.Inputs / shape.Groups, shape.Outputs / shape.Groups);
            var input = torch.ones([Batch, shape.Inputs, KernelSize, KernelSize], shape.Type, requires_grad: true);
            var kernel = torch.ones([shape.Outputs, inputs, KernelSize, KernelSize], shape.Type, requires_grad: true);
            Soil(Padded(shape.Inputs) * Batch * KernelArea);
            Soil(Padded(shape.Outputs) * Padded(inputs) * KernelArea);
            Soil(Padded(shape.Outputs) * Batch);
            var output = convolve(input, kernel);
            output.sum().backward();
            if (!IsAll(output, inputs * KernelArea) || !IsAll(input.grad!, outputs) || !IsAll(kernel.grad!, Batch))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsRight(nn.Module layer)
    {
        try
        {
            return layer switch
            {
                Convolution { weight: { device_type: DeviceType.CPU } kernel } convolution when IsPadded(convolution) => Known.GetOrAdd(
                    new Shape(convolution.in_channels, convolution.out_channels, convolution.groups, kernel.dtype),
                    static shape => IsRight(shape, (input, kernel) => nn.functional.conv2d(input, kernel, groups: shape.Groups))),
                LSTM lstm when lstm.parameters().All(weight => weight.device_type == DeviceType.CPU) => IsRight(lstm),
                _ => true,
            };
        }
        catch (ExternalException)
        {
            // What cannot be computed at all says so in training.
            return true;
        }
    }

    // Without gradients it is computed by other kernels than with them.
    private static bool IsRight(LSTM lstm)
    {
        using var mode = new InferenceMode(lstm);
        using var scope = torch.NewDisposeScope();
        var weight = lstm.parameters().First();
        var input = torch.ones([Batch, Steps, weight.shape[^1]], weight.dtype);
        var (alone, _, _) = lstm.call(input, null);
        using var gradients = torch.enable_grad();
        var (recorded, _, _) = lstm.call(input.requires_grad_(true), null);
        return IsClose((alone - recorded).abs().max().ToDouble(), 0, recorded.abs().max().ToDouble(), weight.dtype);
    }

    // Double precision is not for oneDNN, and kernels of one element are matrix products.
    private static bool IsPadded(Convolution convolution) =>
        convolution.weight!.dtype != ScalarType.Float64
        && convolution.kernel_size.Any(size => size > 1)
        && !(convolution.in_channels / convolution.groups % Block == 0 && convolution.out_channels / convolution.groups % Block == 0);

    // The few channels of a picture are not padded.
    private static bool FitsNarrowBlocks(nn.Module layer) =>
        layer is not Convolution convolution
        || (convolution.out_channels % NarrowBlock == 0 && (convolution.in_channels % NarrowBlock == 0 || convolution.in_channels <= 4));

    private static long Padded(long channels) => (channels + Block - 1) / Block * Block;

    /// <summary>Leaves a piece of free memory behind that is full of NaN, where the next of its size comes from.</summary>
    private static void Soil(long count) => torch.full([count], NotANumber, ScalarType.Float32).Dispose();

    private static bool IsAll(Tensor tensor, double value) =>
        IsClose(tensor.min().ToDouble(), value, value, tensor.dtype) && IsClose(tensor.max().ToDouble(), value, value, tensor.dtype);

    private static bool IsClose(double value, double expected, double size, ScalarType type) =>
        Math.Abs(value - expected) <= (type == ScalarType.Float32 ? 1e-4 : 0.1) * size;

    /// <summary>What tells which kernels a convolution is computed with.</summary>
    internal readonly record struct Shape(long Inputs, long Outputs, long Groups, ScalarType Type);
}
