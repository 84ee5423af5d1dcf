using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x moved by λ towards 0, or 0 within ±λ.</summary>
        public sealed class Softshrink : nn.Module<Tensor, Tensor>
        {
            private readonly double lambda;

            internal Softshrink(double lambda) : base(nameof(Softshrink)) => this.lambda = lambda;

            public override Tensor forward(Tensor tensor) => nn.functional.Softshrink(tensor, this.lambda);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softshrink Softshrink(double lambda = 0.5) => new(lambda);

            public static partial class functional
            {
                public static Tensor Softshrink(Tensor x, double lambda = 0.5) => Aten.Call("softshrink", x, lambda);
            }
        }
    }
}
