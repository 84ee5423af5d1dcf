using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A smooth ReLU: log(1 + e^(βx)) / β.</summary>
        public sealed class Softplus : nn.Module<Tensor, Tensor>
        {
            private readonly double beta;
            private readonly double threshold;

            internal Softplus(double beta, double threshold) : base(nameof(Softplus))
                => (this.beta, this.threshold) = (beta, threshold);

            public override Tensor forward(Tensor tensor) => nn.functional.softplus(tensor, this.beta, this.threshold);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softplus Softplus(double beta = 1.0, double threshold = 20.0) => new(beta, threshold);

            public static partial class functional
            {
                public static Tensor softplus(Tensor x, double beta = 1.0, double threshold = 20.0) => Aten.Call("softplus", x, beta, threshold);
            }
        }
    }
}
