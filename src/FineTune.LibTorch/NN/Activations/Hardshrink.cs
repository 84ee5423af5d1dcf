using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, or 0 within ±λ.</summary>
        public sealed class Hardshrink : nn.Module<Tensor, Tensor>
        {
            private readonly double lambda;

            internal Hardshrink(double lambda) : base(nameof(Hardshrink)) => this.lambda = lambda;

            public override Tensor forward(Tensor tensor) => nn.functional.Hardshrink(tensor, this.lambda);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Hardshrink Hardshrink(double lambda = 0.5) => new(lambda);

            public static partial class functional
            {
                public static Tensor Hardshrink(Tensor x, double lambda = 0.5) => Aten.Call("hardshrink", x, lambda);
            }
        }
    }
}
