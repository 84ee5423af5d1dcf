using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A row of a table for each index.</summary>
        public sealed class Embedding : nn.Module<Tensor, Tensor>
        {
            private readonly EmbeddingOptions options;

            internal Embedding(Tensor? table, long[] shape, EmbeddingOptions options, bool freeze, Device? device, ScalarType? dtype)
                : base(nameof(Embedding))
            {
                this.options = options;
                weight = nn.Parameter(table ?? empty(shape, dtype, device), !freeze);
                if (table is not null)
                    return;
                nn.init.normal_(weight);
                if (options.PaddingIndex is { } padding)
                    using (no_grad())
                        weight[padding].fill_(0);
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            public override Tensor forward(Tensor input)
            {
                this.options.Renormalize(weight!, input);
                return Aten.Call("embedding", weight!, input, this.options.PaddingIndex ?? -1, this.options.ScaleByFrequency, this.options.Sparse);
            }
        }

        internal sealed record EmbeddingOptions(long? PaddingIndex, double? MaxNorm, double NormType, bool ScaleByFrequency, bool Sparse)
        {
            /// <summary>Shortens, in the table itself, the rows looked up that are too long.</summary>
            public void Renormalize(Tensor weight, Tensor input)
            {
                if (MaxNorm is not { } longest)
                    return;
                using (no_grad())
                {
                    using var indices = input.contiguous();
                    Aten.InPlace("embedding_renorm_", weight, indices, longest, NormType);
                }
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <param name="padding_idx">A row that starts as zeros and never trains.</param>
            /// <param name="max_norm">The greatest norm that a row may have when it is looked up.</param>
            public static Embedding Embedding(
                long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new(null, [num_embeddings, embedding_dims], new(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse), false, device, dtype);

            /// <summary>An embedding of a table that is there; the module gets a copy.</summary>
            public static Embedding Embedding_from_pretrained(
                Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new(
                    embeddings.detach().to(dtype ?? embeddings.dtype).clone(), embeddings.shape,
                    new(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse), freeze, device, dtype);
        }
    }
}
