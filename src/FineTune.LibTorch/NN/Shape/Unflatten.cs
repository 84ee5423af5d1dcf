using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Makes several dimensions of one.</summary>
        public sealed class Unflatten : nn.Module<Tensor, Tensor>
        {
            private readonly long dim;
            private readonly long[] sizes;

            internal Unflatten(long dim, long[] sizes) : base(nameof(Unflatten)) => (this.dim, this.sizes) = (dim, sizes);

            public override Tensor forward(Tensor tensor) => tensor.unflatten(this.dim, this.sizes);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Unflatten Unflatten(long dim, long[] unflattened_size) => new(dim, unflattened_size);
        }
    }
}
