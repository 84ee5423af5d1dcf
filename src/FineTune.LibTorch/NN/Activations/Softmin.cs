using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The softmax of −x.</summary>
        public sealed class Softmin : nn.Module<Tensor, Tensor>
        {
            private readonly long dim;

            internal Softmin(long dim) : base(nameof(Softmin)) => this.dim = dim;

            public override Tensor forward(Tensor tensor) => nn.functional.softmin(tensor, this.dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softmin Softmin(long dim) => new(dim);

            public static partial class functional
            {
                public static Tensor softmin(Tensor x, long dim)
                {
                    using var negative = -x;
                    return softmax(negative, dim);
                }
            }
        }
    }
}
