using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The distance of what is alike (y = 1), what is missing to the margin for the rest (y = −1).</summary>
        public sealed class HingeEmbeddingLoss : Loss<Tensor, Tensor, Tensor>
        {
            private readonly double margin;

            internal HingeEmbeddingLoss(double margin = 1.0, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.margin = margin;

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.hinge_embedding_loss(input, target, this.margin, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static HingeEmbeddingLoss HingeEmbeddingLoss(double margin = 1.0, Reduction reduction = Reduction.Mean) => new(margin, reduction);

            public static partial class functional
            {
                public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                    => Aten.Call("hinge_embedding_loss", input, target, margin, (long)reduction);
            }
        }
    }
}
