using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A margin between each of the sample's classes and each other class.</summary>
        public sealed class MultiLabelMarginLoss : Loss<Tensor, Tensor, Tensor>
        {
            internal MultiLabelMarginLoss(Reduction reduction = Reduction.Mean) : base(reduction) { }

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.multi_label_margin_loss(input, target, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiLabelMarginLoss MultiLabelMarginLoss(Reduction reduction = Reduction.Mean) => new(reduction);

            public static partial class functional
            {
                public static Tensor multi_label_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
                    => Aten.Call("multilabel_margin_loss", input, target, (long)reduction);
            }
        }
    }
}
