using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The self-normalizing exponential unit.</summary>
        public sealed class SELU : nn.Module<Tensor, Tensor>
        {
            private readonly bool inplace;

            internal SELU(bool inplace) : base(nameof(SELU)) => this.inplace = inplace;

            public override Tensor forward(Tensor tensor) => nn.functional.selu(tensor, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static SELU SELU(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                public static Tensor selu(Tensor x, bool inplace = false) => inplace ? Aten.InPlace("selu_", x) : Aten.Call("selu", x);
            }
        }
    }
}
