using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The converse of a maximum pool: each value goes back to where it was, zeros elsewhere.</summary>
        public sealed class MaxUnpool1d : nn.Module<Tensor, Tensor, long[]?, Tensor>
        {
            private readonly long[] kernel, stride, padding;

            internal MaxUnpool1d(long[] kernel, long[]? stride, long[]? padding) : base(nameof(MaxUnpool1d))
                => (this.kernel, this.stride, this.padding) = (kernel, stride ?? kernel, padding ?? Extent.All(0, 1));

            public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null)
                => Unpooling.Run(tensor, indices, this.kernel, this.stride, this.padding, output_size);

            public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size);
        }

        /// <summary>The converse of a maximum pool: each value goes back to where it was, zeros elsewhere.</summary>
        public sealed class MaxUnpool2d : nn.Module<Tensor, Tensor, long[]?, Tensor>
        {
            private readonly long[] kernel, stride, padding;

            internal MaxUnpool2d(long[] kernel, long[]? stride, long[]? padding) : base(nameof(MaxUnpool2d))
                => (this.kernel, this.stride, this.padding) = (kernel, stride ?? kernel, padding ?? Extent.All(0, 2));

            public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null)
                => Unpooling.Run(tensor, indices, this.kernel, this.stride, this.padding, output_size);

            public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size);
        }

        /// <summary>The converse of a maximum pool: each value goes back to where it was, zeros elsewhere.</summary>
        public sealed class MaxUnpool3d : nn.Module<Tensor, Tensor, long[]?, Tensor>
        {
            private readonly long[] kernel, stride, padding;

            internal MaxUnpool3d(long[] kernel, long[]? stride, long[]? padding) : base(nameof(MaxUnpool3d))
                => (this.kernel, this.stride, this.padding) = (kernel, stride ?? kernel, padding ?? Extent.All(0, 3));

            public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null)
                => Unpooling.Run(tensor, indices, this.kernel, this.stride, this.padding, output_size);

            public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MaxUnpool1d MaxUnpool1d(long kernel_size, long? stride = null, long? padding = null)
                => new(Extent.All(kernel_size, 1), Extent.All(stride, 1), Extent.All(padding, 1));

            public static MaxUnpool2d MaxUnpool2d(long kernel_size, long? stride = null, long? padding = null)
                => new(Extent.All(kernel_size, 2), Extent.All(stride, 2), Extent.All(padding, 2));

            public static MaxUnpool2d MaxUnpool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding));

            public static MaxUnpool2d MaxUnpool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null)
                => new(kernel_size, stride, padding);

            public static MaxUnpool3d MaxUnpool3d(long kernel_size, long? stride = null, long? padding = null)
                => new(Extent.All(kernel_size, 3), Extent.All(stride, 3), Extent.All(padding, 3));

            public static MaxUnpool3d MaxUnpool3d((long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null)
                => new(Extent.Of(kernel_size), Extent.Of(stride), Extent.Of(padding));

            public static MaxUnpool3d MaxUnpool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null)
                => new(kernel_size, stride, padding);
        }
    }
}
