using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>How much nearer the positive is to the anchor than the negative, up to a margin.</summary>
        public sealed class TripletMarginLoss : Loss<Tensor, Tensor, Tensor, Tensor>
        {
            private readonly double margin;
            private readonly long p;
            private readonly double eps;
            private readonly bool swap;

            internal TripletMarginLoss(double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean) : base(reduction)
                => (this.margin, this.p, this.eps, this.swap) = (margin, p, eps, swap);

            public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative)
                => nn.functional.triplet_margin_loss(anchor, positive, negative, this.margin, this.p, this.eps, this.swap, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static TripletMarginLoss TripletMarginLoss(double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean) => new(margin, p, eps, swap, reduction);

            public static partial class functional
            {
                public static Tensor triplet_margin_loss(
                    Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false,
                    Reduction reduction = Reduction.Mean)
                    => Aten.Call("triplet_margin_loss", anchor, positive, negative, margin, (double)p, eps, swap, (long)reduction);
            }
        }
    }
}
