using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Divides each element by a power of the mean square over the channels around its own.</summary>
        public sealed class LocalResponseNorm : nn.Module<Tensor, Tensor>
        {
            private readonly long size;
            private readonly double alpha, beta, k;

            internal LocalResponseNorm(long size, double alpha, double beta, double k) : base(nameof(LocalResponseNorm))
                => (this.size, this.alpha, this.beta, this.k) = (size, alpha, beta, k);

            public override Tensor forward(Tensor tensor) => nn.functional.local_response_norm(tensor, this.size, this.alpha, this.beta, this.k);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static LocalResponseNorm LocalResponseNorm(long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
                => new(size, alpha, beta, k);

            public static partial class functional
            {
                /// <exception cref="ArgumentException">The input has fewer than 3 dimensions.</exception>
                public static Tensor local_response_norm(Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
                {
                    long[] shape = input.shape;
                    if (shape.Length < 3)
                        throw new ArgumentException($"Invalid number of dimensions for LocalResponseNorm argument: {shape.Length}");
                    using var scope = NewDisposeScope();
                    // The channels become the depth of one image, over which a pool takes the means.
                    var squares = input.pow(2).reshape(shape[0], 1, shape[1], shape[2], -1);
                    var padded = pad(squares, [0, 0, 0, 0, size / 2, (size - 1) / 2]);
                    var means = Aten.Call("avg_pool3d", padded, Extent.Of((size, 1, 1)), 1).reshape(shape);
                    return (input / (means * alpha + k).pow(beta)).MoveToOuterDisposeScope();
                }
            }
        }
    }
}
