using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The absolute difference, squared within β.</summary>
        public sealed class SmoothL1Loss : Loss<Tensor, Tensor, Tensor>
        {
            private readonly double beta;

            internal SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1.0) : base(reduction)
                => this.beta = beta;

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.smooth_l1_loss(input, target, reduction, this.beta);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static SmoothL1Loss SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1.0) => new(reduction, beta);

            public static partial class functional
            {
                public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0)
                    => Aten.Call("smooth_l1_loss", input, target, (long)reduction, beta);
            }
        }
    }
}
