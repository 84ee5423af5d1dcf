using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>max(0, −y·(x1 − x2) + margin)</summary>
        public sealed class MarginRankingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
        {
            private readonly double margin;

            internal MarginRankingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.margin = margin;

            public override Tensor forward(Tensor input1, Tensor input2, Tensor target)
                => nn.functional.margin_ranking_loss(input1, input2, target, this.margin, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MarginRankingLoss MarginRankingLoss(double margin = 0, Reduction reduction = Reduction.Mean) => new(margin, reduction);

            public static partial class functional
            {
                public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                    => Aten.Call("margin_ranking_loss", input1, input2, target, margin, (long)reduction);
            }
        }
    }
}
