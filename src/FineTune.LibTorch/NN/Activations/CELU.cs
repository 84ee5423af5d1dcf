using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, or α·(e^(x/α) − 1) below 0.</summary>
        public sealed class CELU : nn.Module<Tensor, Tensor>
        {
            private readonly double alpha;
            private readonly bool inplace;

            internal CELU(double alpha, bool inplace) : base(nameof(CELU))
                => (this.alpha, this.inplace) = (alpha, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.celu(tensor, this.alpha, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static CELU CELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

            public static partial class functional
            {
                public static Tensor celu(Tensor x, double alpha, bool inplace = false) => inplace ? Aten.InPlace("celu_", x, alpha) : Aten.Call("celu", x, alpha);
            }
        }
    }
}
