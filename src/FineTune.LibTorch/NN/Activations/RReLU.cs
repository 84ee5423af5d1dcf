using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, or below 0 a slope of it: drawn between the bounds in training, their mean otherwise.</summary>
        public sealed class RReLU : nn.Module<Tensor, Tensor>
        {
            private readonly double lower;
            private readonly double upper;
            private readonly bool inplace;

            internal RReLU(double lower, double upper, bool inplace) : base(nameof(RReLU))
                => (this.lower, this.upper, this.inplace) = (lower, upper, inplace);

            public override Tensor forward(Tensor tensor) => this.inplace
                ? Aten.InPlace("rrelu_", tensor, this.lower, this.upper, training) : Aten.Call("rrelu", tensor, this.lower, this.upper, training);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static RReLU RReLU(double lower = 1.0 / 8.0, double upper = 1.0 / 3.0, bool inplace = false) => new(lower, upper, inplace);

            public static partial class functional
            {
                public static Tensor rrelu(Tensor x, double lower, double upper, bool inplace = false)
                    => inplace ? Aten.InPlace("rrelu_", x, lower, upper) : Aten.Call("rrelu", x, lower, upper);
            }
        }
    }
}
