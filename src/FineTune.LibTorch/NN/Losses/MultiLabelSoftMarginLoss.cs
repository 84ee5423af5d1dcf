using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Binary cross-entropy of logits, averaged over the classes.</summary>
        public sealed class MultiLabelSoftMarginLoss : WeightedLoss<Tensor, Tensor, Tensor>
        {
            internal MultiLabelSoftMarginLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction) { }

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.multilabel_soft_margin_loss(input, target, weight, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiLabelSoftMarginLoss MultiLabelSoftMarginLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) => new(weight, reduction);

            public static partial class functional
            {
                public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                {
                    using var losses = binary_cross_entropy_with_logits(input, target, weight, Reduction.None);
                    var perSample = losses.mean([-1]);
                    if (reduction == Reduction.None)
                        return perSample;
                    using (perSample)
                        return reduction == Reduction.Mean ? perSample.mean() : perSample.sum();
                }
            }
        }
    }
}
