using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The p-norm of each window.</summary>
        public sealed class LPPool1d : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly long kernel;
            private readonly long? stride;
            private readonly bool ceil;

            internal LPPool1d(double p, long kernel, long? stride, bool ceil) : base(nameof(LPPool1d))
                => (this.p, this.kernel, this.stride, this.ceil) = (p, kernel, stride, ceil);

            public override Tensor forward(Tensor tensor) => nn.functional.lp_pool1d(tensor, this.p, this.kernel, this.stride, this.ceil);
        }

        /// <summary>The p-norm of each window.</summary>
        public sealed class LPPool2d : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly long[] kernel;
            private readonly long[]? stride;
            private readonly bool ceil;

            internal LPPool2d(double p, long[] kernel, long[]? stride, bool ceil) : base(nameof(LPPool2d))
                => (this.p, this.kernel, this.stride, this.ceil) = (p, kernel, stride, ceil);

            public override Tensor forward(Tensor tensor) => nn.functional.lp_pool2d(tensor, this.p, this.kernel, this.stride, this.ceil);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static LPPool1d LPPool1d(double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
                => new(norm_type, kernel_size, stride, ceil_mode);

            public static LPPool2d LPPool2d(double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false)
                => new(norm_type, kernel_size, stride, ceil_mode);

            public static LPPool2d LPPool2d(double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
                => new(norm_type, Extent.All(kernel_size, 2), Extent.All(stride, 2), ceil_mode);

            public static partial class functional
            {
                internal static Tensor lp_pool1d(Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
                    => PowerPool("avg_pool1d", input, norm_type, [kernel_size], Extent.All(stride, 1), ceil_mode);

                internal static Tensor lp_pool2d(Tensor input, double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false)
                    => PowerPool("avg_pool2d", input, norm_type, kernel_size, stride, ceil_mode);

                private static Tensor PowerPool(string pool, Tensor input, double norm_type, long[] kernel_size, long[]? stride, bool ceil_mode)
                {
                    using var scope = NewDisposeScope();
                    var means = Aten.Call(pool, input.pow(norm_type), kernel_size, stride, 0, ceil_mode);
                    return ((means.sign() * means.abs().relu()) * kernel_size.TotalSize()).pow(1.0 / norm_type).MoveToOuterDisposeScope();
                }
            }
        }
    }
}
