using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The gradient of a convolution with respect to its input, as a layer.</summary>
        public abstract class ConvolutionTranspose : Convolution
        {
            private readonly string op;

            private protected ConvolutionTranspose(string name, Geometry geometry, bool bias, Device? device, ScalarType? dtype)
                : base(name, geometry, bias, device, dtype)
            {
                if (geometry.PaddingMode != PaddingModes.Zeros)
                    throw new ArgumentException("Only PaddingModes.Zeros is supported for ConvTransposeND");
                this.op = geometry.Dimensions == 1 ? "conv_transpose1d" : $"conv_transpose{geometry.Dimensions}d.input";
            }

            public override Tensor forward(Tensor input)
            {
                CheckShape(input);
                var its = Shape;
                return Aten.Call(this.op, input, weight, bias, its.Stride, its.Padding, its.OutputPadding, its.Groups, its.Dilation);
            }
        }

        public sealed class ConvTranspose1d : ConvolutionTranspose
        {
            internal ConvTranspose1d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, long[]? outputPadding, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(ConvTranspose1d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 1), padding ?? Extent.All(0, 1), null, dilation ?? Extent.All(1, 1), groups, paddingMode, outputPadding ?? Extent.All(0, 1)), bias, device, dtype)
            {
            }
        }

        public sealed class ConvTranspose2d : ConvolutionTranspose
        {
            internal ConvTranspose2d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, long[]? outputPadding, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(ConvTranspose2d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 2), padding ?? Extent.All(0, 2), null, dilation ?? Extent.All(1, 2), groups, paddingMode, outputPadding ?? Extent.All(0, 2)), bias, device, dtype)
            {
            }
        }

        public sealed class ConvTranspose3d : ConvolutionTranspose
        {
            internal ConvTranspose3d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, long[]? outputPadding, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(ConvTranspose3d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 3), padding ?? Extent.All(0, 3), null, dilation ?? Extent.All(1, 3), groups, paddingMode, outputPadding ?? Extent.All(0, 3)), bias, device, dtype)
            {
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ConvTranspose1d ConvTranspose1d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 1), Extent.All(stride, 1), Extent.All(padding, 1), Extent.All(output_padding, 1), Extent.All(dilation, 1), padding_mode, groups, bias, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 2), Extent.All(stride, 2), Extent.All(padding, 2), Extent.All(output_padding, 2), Extent.All(dilation, 2), padding_mode, groups, bias, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(
                long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), Extent.Of(output_padding), Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static ConvTranspose3d ConvTranspose3d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 3), Extent.All(stride, 3), Extent.All(padding, 3), Extent.All(output_padding, 3), Extent.All(dilation, 3), padding_mode, groups, bias, device, dtype);

            public static ConvTranspose3d ConvTranspose3d(
                long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? output_padding = null, (long, long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), Extent.Of(output_padding), Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static partial class functional
            {
                public static Tensor conv_transpose1d(
                    Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? output_padding = null, long? dilation = null, long groups = 1)
                    => Aten.Call("conv_transpose1d", input, weight, bias, stride, padding, output_padding, groups, dilation);

                public static Tensor conv_transpose2d(
                    Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
                    => Aten.Call("conv_transpose2d.input", input, weight, bias, strides, padding, output_padding, groups, dilation);

                public static Tensor conv_transpose3d(
                    Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1)
                    => Aten.Call("conv_transpose3d.input", input, weight, bias, strides, padding, output_padding, groups, dilation);
            }
        }
    }
}
