using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>
        /// Attention with several heads: each position of the query gets a mean of the values, weighted by how well its
        /// query fits their keys.
        /// </summary>
        public sealed class MultiheadAttention : nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
        {
            private readonly AttentionWeights weights;

            internal MultiheadAttention(AttentionWeights weights) : base(nameof(MultiheadAttention))
            {
                this.weights = weights;
                weights.Register(register_parameter);
            }

            /// <param name="query">[L, N, E]</param>
            /// <param name="key">[S, N, E of keys]</param>
            /// <param name="value">[S, N, E of values]</param>
            /// <param name="key_padding_mask">[N, S]: true where a key does not count.</param>
            /// <param name="need_weights">Whether the second result is wanted.</param>
            /// <param name="attn_mask">[L, S] or [N · heads, L, S]: true where a query may not look, or what is added to the weights.</param>
            /// <returns>[L, N, E], and the weights, their mean over the heads: [N, L, S], or null.</returns>
            public override Tuple<Tensor, Tensor> forward(
                Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
            {
                var (output, attention) = this.weights.Attend(query, key, value, key_padding_mask, need_weights, attn_mask, training);
                return Tuple.Create(output, attention!);
            }

            public new Tuple<Tensor, Tensor> call(
                Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null)
                => base.call(query, key, value, key_padding_mask, need_weights, attn_mask);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <exception cref="ArgumentException">The heads do not divide the dimensions.</exception>
            public static MultiheadAttention MultiheadAttention(
                long embedded_dim, long num_heads, double dropout = 0.0, bool bias = true, bool add_bias_kv = false, bool add_zero_attn = false,
                long? kdim = null, long? vdim = null)
                => new(AttentionWeights.Create(embedded_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim));
        }
    }
}
