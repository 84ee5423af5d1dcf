using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>One half of a dimension, gated by the sigmoid of the other.</summary>
        public sealed class GLU : nn.Module<Tensor, Tensor>
        {
            private readonly long dim;

            internal GLU(long dim) : base(nameof(GLU)) => this.dim = dim;

            public override Tensor forward(Tensor tensor) => nn.functional.glu(tensor, this.dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static GLU GLU(long dim = -1) => new(dim);

            public static partial class functional
            {
                public static Tensor glu(Tensor input, long dim = -1) => Aten.Call("glu", input, dim);
            }
        }
    }
}
