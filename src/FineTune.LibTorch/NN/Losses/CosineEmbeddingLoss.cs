using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>1 − cos of what is alike (y = 1), max(0, cos − margin) for the rest (y = −1).</summary>
        public sealed class CosineEmbeddingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
        {
            private readonly double margin;

            internal CosineEmbeddingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.margin = margin;

            public override Tensor forward(Tensor input1, Tensor input2, Tensor target)
                => nn.functional.cosine_embedding_loss(input1, input2, target, this.margin, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static CosineEmbeddingLoss CosineEmbeddingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) => new(margin, reduction);

            public static partial class functional
            {
                public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                    => Aten.Call("cosine_embedding_loss", input1, input2, target, margin, (long)reduction);
            }
        }
    }
}
