using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, or a small slope of it below 0.</summary>
        public sealed class LeakyReLU : nn.Module<Tensor, Tensor>
        {
            private readonly double slope;
            private readonly bool inplace;

            internal LeakyReLU(double slope, bool inplace) : base(nameof(LeakyReLU))
                => (this.slope, this.inplace) = (slope, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.leaky_relu(tensor, this.slope, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

            public static partial class functional
            {
                public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false)
                    => inplace ? Aten.InPlace("leaky_relu_", input, negative_slope) : Aten.Call("leaky_relu", input, negative_slope);
            }
        }
    }
}
