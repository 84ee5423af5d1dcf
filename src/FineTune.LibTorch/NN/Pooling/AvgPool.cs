using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class AvgPool1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding;
            private readonly bool ceil, countsPadding;

            internal AvgPool1d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding) : base(nameof(AvgPool1d))
                => (this.kernel, this.stride, this.padding, this.ceil, this.countsPadding) = (kernel, stride, padding, ceil, countsPadding);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("avg_pool1d", tensor, this.kernel, this.stride, this.padding, this.ceil, this.countsPadding);
        }

        public sealed class AvgPool2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding;
            private readonly bool ceil, countsPadding;
            private readonly long? divisor;

            internal AvgPool2d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding, long? divisor) : base(nameof(AvgPool2d))
                => (this.kernel, this.stride, this.padding, this.ceil, this.countsPadding, this.divisor) = (kernel, stride, padding, ceil, countsPadding, divisor);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("avg_pool2d", tensor, this.kernel, this.stride, this.padding, this.ceil, this.countsPadding, this.divisor);
        }

        public sealed class AvgPool3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel;
            private readonly long[]? stride, padding;
            private readonly bool ceil, countsPadding;
            private readonly long? divisor;

            internal AvgPool3d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding, long? divisor) : base(nameof(AvgPool3d))
                => (this.kernel, this.stride, this.padding, this.ceil, this.countsPadding, this.divisor) = (kernel, stride, padding, ceil, countsPadding, divisor);

            public override Tensor forward(Tensor tensor)
                => Aten.Call("avg_pool3d", tensor, this.kernel, this.stride, this.padding, this.ceil, this.countsPadding, this.divisor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static AvgPool1d AvgPool1d(long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true)
                => new(Extent.All(kernel_size, 1), Extent.All(stride, 1), Extent.All(padding, 1), ceil_mode, count_include_pad);

            public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(Extent.All(kernel_size, 2), Extent.All(stride, 2), Extent.All(padding, 2), ceil_mode, count_include_pad, divisor_override);

            public static AvgPool2d AvgPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), ceil_mode, count_include_pad, divisor_override);

            public static AvgPool2d AvgPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

            public static AvgPool3d AvgPool3d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(Extent.All(kernel_size, 3), Extent.All(stride, 3), Extent.All(padding, 3), ceil_mode, count_include_pad, divisor_override);

            public static AvgPool3d AvgPool3d((long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), ceil_mode, count_include_pad, divisor_override);

            public static AvgPool3d AvgPool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => new(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

            public static partial class functional
            {
                public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                    => Aten.Call("avg_pool1d", input, kernel_size, stride, padding, ceil_mode, count_include_pad);

                public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                    => Aten.Call("avg_pool2d", input, kernel_size, stride, padding, ceil_mode, count_include_pad);

                public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true)
                    => Aten.Call("avg_pool2d", input, kernel_size, stride, padding, ceil_mode, count_include_pad);

                public static Tensor avg_pool2d(
                    Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                    => Aten.Call("avg_pool2d", input, Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding), ceil_mode, count_include_pad);

                public static Tensor avg_pool3d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                    => Aten.Call("avg_pool3d", input, kernel_size, stride, padding, ceil_mode, count_include_pad);
            }
        }
    }
}
