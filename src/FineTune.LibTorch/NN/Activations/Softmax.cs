using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Exponentials that sum to 1 along a dimension.</summary>
        public sealed class Softmax : nn.Module<Tensor, Tensor>
        {
            private readonly long dim;

            internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

            public override Tensor forward(Tensor tensor) => nn.functional.softmax(tensor, this.dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softmax Softmax(long dim) => new(dim);

            public static partial class functional
            {
                public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.Call("softmax.int", input, dim, dtype);
            }
        }
    }
}
