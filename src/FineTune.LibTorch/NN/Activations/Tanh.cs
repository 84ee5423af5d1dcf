using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The hyperbolic tangent.</summary>
        public sealed class Tanh : nn.Module<Tensor, Tensor>
        {
            internal Tanh() : base(nameof(Tanh)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.tanh(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Tanh Tanh() => new();

            public static partial class functional
            {
                public static Tensor tanh(Tensor x) => Aten.Call("tanh", x);
            }
        }
    }
}
