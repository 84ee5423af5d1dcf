using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x · tanh(softplus(x))</summary>
        public sealed class Mish : nn.Module<Tensor, Tensor>
        {
            internal Mish() : base(nameof(Mish)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.Mish(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Mish Mish() => new();

            public static partial class functional
            {
                public static Tensor Mish(Tensor x) => Aten.Call("mish", x);
            }
        }
    }
}
