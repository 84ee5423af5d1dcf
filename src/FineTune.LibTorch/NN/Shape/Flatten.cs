using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Makes one dimension of those from the first to the last stated.</summary>
        public sealed class Flatten : nn.Module<Tensor, Tensor>
        {
            private readonly long start, end;

            internal Flatten(long start, long end) : base(nameof(Flatten)) => (this.start, this.end) = (start, end);

            public override Tensor forward(Tensor tensor) => tensor.flatten(this.start, this.end);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);
        }
    }
}
