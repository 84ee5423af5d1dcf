using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A margin between the target class and each other class.</summary>
        public sealed class MultiMarginLoss : WeightedLoss<Tensor, Tensor, Tensor>
        {
            private readonly int p;
            private readonly double margin;

            internal MultiMarginLoss(int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction)
                => (this.p, this.margin) = (p, margin);

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.multi_margin_loss(input, target, this.p, this.margin, weight, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiMarginLoss MultiMarginLoss(int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) => new(p, margin, weight, reduction);

            public static partial class functional
            {
                public static Tensor multi_margin_loss(
                    Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                    => Aten.Call("multi_margin_loss", input, target, p, margin, weight, (long)reduction);
            }
        }
    }
}
