using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Self-attention, then two linear layers, each added to its input and normalized (Vaswani et al., arXiv:1706.03762).</summary>
        public sealed class TransformerEncoderLayer
            : nn.Module<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor, Tensor>
        {
            internal TransformerEncoderLayer(EncoderWeights weights) : base(nameof(TransformerEncoderLayer))
            {
                Weights = weights;
                weights.Register(register_parameter);
            }

            internal EncoderWeights Weights { get; }

            /// <param name="src">[L, N, E]</param>
            public override Tensor forward(Tensor src) => Weights.Encode(src, null, null, training);

            public Tensor call(Tensor src, Tensor src_mask) => Weights.Encode(src, src_mask, null, training);

            /// <param name="src">[L, N, E]</param>
            /// <param name="src_mask">[L, L], as in <see cref="MultiheadAttention"/>.</param>
            /// <param name="src_key_padding_mask">[N, L], as there.</param>
            public Tensor call(Tensor src, Tensor src_mask, Tensor src_key_padding_mask)
                => Weights.Encode(src, src_mask, src_key_padding_mask, training);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public enum Activations
            {
                ReLU = 0,
                GELU = 1,
            }

            public static TransformerEncoderLayer TransformerEncoderLayer(
                long d_model = 512, long nhead = 8, long dim_feedforward = 2048, double dropout = 0.1, Activations activation = Activations.ReLU)
                => new(EncoderWeights.Create(d_model, nhead, dim_feedforward, dropout, activation));
        }
    }
}
