using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class MaxPool1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding, dilation;
            private readonly bool ceil;

            internal MaxPool1d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) : base(nameof(MaxPool1d))
                => (this.kernel, this.stride, this.padding, this.dilation, this.ceil) = (kernel, stride, padding, dilation, ceil);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("max_pool1d", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil);

            public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor)
                => Pair.Of(Aten.CallMany("max_pool1d_with_indices", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil));
        }

        public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding, dilation;
            private readonly bool ceil;

            internal MaxPool2d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) : base(nameof(MaxPool2d))
                => (this.kernel, this.stride, this.padding, this.dilation, this.ceil) = (kernel, stride, padding, dilation, ceil);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("max_pool2d", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil);

            public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor)
                => Pair.Of(Aten.CallMany("max_pool2d_with_indices", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil));
        }

        public sealed class MaxPool3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding, dilation;
            private readonly bool ceil;

            internal MaxPool3d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) : base(nameof(MaxPool3d))
                => (this.kernel, this.stride, this.padding, this.dilation, this.ceil) = (kernel, stride, padding, dilation, ceil);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("max_pool3d", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil);

            public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor)
                => Pair.Of(Aten.CallMany("max_pool3d_with_indices", tensor, this.kernel, this.stride, this.padding, this.dilation, this.ceil));
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MaxPool1d MaxPool1d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => new(Extent.All(kernel_size, 1), Extent.All(stride, 1), Extent.All(padding, 1), Extent.All(dilation, 1), ceil_mode);

            public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => new(Extent.All(kernel_size, 2), Extent.All(stride, 2), Extent.All(padding, 2), Extent.All(dilation, 2), ceil_mode);

            public static MaxPool2d MaxPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), Extent.Of(dilation), ceil_mode);

            public static MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => new(kernel_size, stride, padding, dilation, ceil_mode);

            public static MaxPool3d MaxPool3d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => new(Extent.All(kernel_size, 3), Extent.All(stride, 3), Extent.All(padding, 3), Extent.All(dilation, 3), ceil_mode);

            public static MaxPool3d MaxPool3d((long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? dilation = null, bool ceil_mode = false)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), Extent.Of(dilation), ceil_mode);

            public static MaxPool3d MaxPool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => new(kernel_size, stride, padding, dilation, ceil_mode);

            public static partial class functional
            {
                public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                    => Aten.Call("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode);

                public static (Tensor output, Tensor indices) max_pool1d_with_indices(
                    Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                    => Pair.Of(Aten.CallMany("max_pool1d_with_indices", input, kernel_size, stride, padding, dilation, ceil_mode));

                public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                    => Aten.Call("max_pool2d", input, kernel_size, strides, padding, dilation, ceil_mode);

                public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                    => Aten.Call("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode);

                public static Tensor max_pool2d(
                    Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false)
                    => Aten.Call("max_pool2d", input, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), Extent.Of(dilation), ceil_mode);

                public static (Tensor output, Tensor indices) max_pool2d_with_indices(
                    Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                    => Pair.Of(Aten.CallMany("max_pool2d_with_indices", input, kernel_size, strides, padding, dilation, ceil_mode));

                public static Tensor max_pool3d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                    => Aten.Call("max_pool3d", input, kernel_size, strides, padding, dilation, ceil_mode);

                public static (Tensor output, Tensor indices) max_pool3d_with_indices(
                    Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                    => Pair.Of(Aten.CallMany("max_pool3d_with_indices", input, kernel_size, strides, padding, dilation, ceil_mode));
            }
        }
    }
}
