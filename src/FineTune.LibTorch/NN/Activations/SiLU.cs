using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x · sigmoid(x)</summary>
        public sealed class SiLU : nn.Module<Tensor, Tensor>
        {
            internal SiLU() : base(nameof(SiLU)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.SiLU(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static SiLU SiLU() => new();

            public static partial class functional
            {
                public static Tensor SiLU(Tensor x) => Aten.Call("silu", x);
            }
        }
    }
}
