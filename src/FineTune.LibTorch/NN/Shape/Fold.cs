using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The patches of an image as columns.</summary>
        public sealed class Unfold : nn.Module<Tensor, Tensor>
        {
            private readonly long[] kernel, dilation, padding, stride;

            internal Unfold(long[] kernel, long[] dilation, long[] padding, long[] stride) : base(nameof(Unfold))
                => (this.kernel, this.dilation, this.padding, this.stride) = (kernel, dilation, padding, stride);

            public override Tensor forward(Tensor tensor) => Aten.Call("im2col", tensor, this.kernel, this.dilation, this.padding, this.stride);
        }

        /// <summary>The columns of an image back to the image, summed where they overlap.</summary>
        public sealed class Fold : nn.Module<Tensor, Tensor>
        {
            private readonly long[] outputSize, kernel, dilation, padding, stride;

            internal Fold(long[] outputSize, long[] kernel, long[] dilation, long[] padding, long[] stride) : base(nameof(Fold))
                => (this.outputSize, this.kernel, this.dilation, this.padding, this.stride) = (outputSize, kernel, dilation, padding, stride);

            public override Tensor forward(Tensor tensor) => Aten.Call("col2im", tensor, this.outputSize, this.kernel, this.dilation, this.padding, this.stride);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Unfold Unfold(long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => new(Extent.All(kernel_size, 2), Extent.All(dilation, 2), Extent.All(padding, 2), Extent.All(stride, 2));

            public static Unfold Unfold(
                (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => new(Extent.Of(kernel_size), Extent.Of(dilation ?? (1, 1)), Extent.Of(padding ?? (0, 0)), Extent.Of(stride ?? (1, 1)));

            public static Fold Fold(long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => new(Extent.All(output_size, 2), Extent.All(kernel_size, 2), Extent.All(dilation, 2), Extent.All(padding, 2), Extent.All(stride, 2));

            public static Fold Fold(
                (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => new(Extent.Of(output_size), Extent.Of(kernel_size), Extent.Of(dilation ?? (1, 1)), Extent.Of(padding ?? (0, 0)), Extent.Of(stride ?? (1, 1)));

            public static partial class functional
            {
                public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                    => unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

                public static Tensor unfold(
                    Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                    => Aten.Call(
                        "im2col", input, Extent.Of(kernel_size), Extent.Of(dilation ?? (1, 1)), Extent.Of(padding ?? (0, 0)), Extent.Of(stride ?? (1, 1)));

                public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                    => fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

                public static Tensor fold(
                    Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                    => Aten.Call(
                        "col2im", input, Extent.Of(output_size), Extent.Of(kernel_size), Extent.Of(dilation ?? (1, 1)), Extent.Of(padding ?? (0, 0)), Extent.Of(stride ?? (1, 1)));
            }
        }
    }
}
