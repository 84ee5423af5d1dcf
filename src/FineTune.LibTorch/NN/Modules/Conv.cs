using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class Conv1d : Convolution
        {
            internal Conv1d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, Padding? paddingType, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv1d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 1), padding ?? Extent.All(0, 1), paddingType, dilation ?? Extent.All(1, 1), groups, paddingMode), bias, device, dtype)
            {
            }

            public override Tensor forward(Tensor input) => Convolve(input);
        }

        public sealed class Conv2d : Convolution
        {
            internal Conv2d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, Padding? paddingType, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv2d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 2), padding ?? Extent.All(0, 2), paddingType, dilation ?? Extent.All(1, 2), groups, paddingMode), bias, device, dtype)
            {
            }

            public override Tensor forward(Tensor input) => Convolve(input);
        }

        public sealed class Conv3d : Convolution
        {
            internal Conv3d(
                long inputs, long outputs, long[] kernel, long[]? stride, long[]? padding, Padding? paddingType, long[]? dilation,
                PaddingModes paddingMode, long groups, bool bias, Device? device, ScalarType? dtype)
                : base(nameof(Conv3d), new(inputs, outputs, kernel, stride ?? Extent.All(1, 3), padding ?? Extent.All(0, 3), paddingType, dilation ?? Extent.All(1, 3), groups, paddingMode), bias, device, dtype)
            {
            }

            public override Tensor forward(Tensor input) => Convolve(input);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 1), Extent.All(stride, 1), Extent.All(padding, 1), null, Extent.All(dilation, 1), padding_mode, groups, bias, device, dtype);

            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 1), Extent.All(stride, 1), null, padding, Extent.All(dilation, 1), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 2), Extent.All(stride, 2), Extent.All(padding, 2), null, Extent.All(dilation, 2), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 2), Extent.All(stride, 2), null, padding, Extent.All(dilation, 2), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), null, Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null, (long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), null, padding, Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 3), Extent.All(stride, 3), Extent.All(padding, 3), null, Extent.All(dilation, 3), padding_mode, groups, bias, device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.All(kernel_size, 3), Extent.All(stride, 3), null, padding, Extent.All(dilation, 3), padding_mode, groups, bias, device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), null, Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, (long, long, long) kernel_size, Padding padding, (long, long, long)? stride = null, (long, long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Extent.Of(kernel_size), Extent.Of(stride), null, padding, Extent.Of(dilation), padding_mode, groups, bias, device, dtype);

            public static partial class functional
            {
                public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1)
                    => Aten.Call("conv1d", input, weight, bias, stride, padding, dilation, groups);

                public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                    => Aten.Call("conv2d", input, weight, bias, strides, padding, dilation, groups);

                public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
                    => Aten.Call("conv3d", input, weight, bias, strides, padding, dilation, groups);
            }
        }
    }
}
