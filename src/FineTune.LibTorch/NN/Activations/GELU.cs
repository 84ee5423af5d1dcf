using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x · Φ(x), Φ the normal distribution function.</summary>
        public sealed class GELU : nn.Module<Tensor, Tensor>
        {
            internal GELU() : base(nameof(GELU)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static GELU GELU() => new();

            public static partial class functional
            {
                public static Tensor gelu(Tensor x) => Aten.Call("gelu", x);
            }
        }
    }
}
