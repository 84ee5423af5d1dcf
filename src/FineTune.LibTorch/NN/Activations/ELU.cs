using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, or α·(eˣ − 1) below 0.</summary>
        public sealed class ELU : nn.Module<Tensor, Tensor>
        {
            private readonly double alpha;
            private readonly bool inplace;

            internal ELU(double alpha, bool inplace) : base(nameof(ELU))
                => (this.alpha, this.inplace) = (alpha, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.elu(tensor, this.alpha, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ELU ELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

            public static partial class functional
            {
                public static Tensor elu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.InPlace("elu_", x, alpha) : Aten.Call("elu", x, alpha);
            }
        }
    }
}
