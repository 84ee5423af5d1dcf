using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    /// <summary>What becomes of the rows of a bag.</summary>
    public enum EmbeddingBagMode
    {
        Sum = 0,
        Mean = 1,
        Max = 2,
    }

    namespace Modules
    {
        /// <summary>The sum, the mean or the maximum of the rows of a table, over each bag of indices.</summary>
        public sealed class EmbeddingBag
            : nn.Module<Tensor, Tensor?, Tensor?, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, nn.IModule<Tensor, Tensor?, Tensor?, Tensor>
        {
            private readonly EmbeddingOptions options;
            private readonly EmbeddingBagMode mode;
            private readonly bool includeLast;

            internal EmbeddingBag(
                Tensor? table, long[] shape, EmbeddingOptions options, EmbeddingBagMode mode, bool includeLast, bool freeze, Device? device, ScalarType? dtype)
                : base(nameof(EmbeddingBag))
            {
                (this.options, this.mode, this.includeLast) = (options, mode, includeLast);
                weight = nn.Parameter(table ?? empty(shape, dtype, device), !freeze);
                if (table is not null)
                    return;
                nn.init.normal_(weight);
                if (options.PaddingIndex is { } padding)
                    using (no_grad())
                        weight[padding].fill_(0);
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            /// <param name="input">Indices: [bags, n], or all bags in a row.</param>
            /// <param name="offsets">Where each bag begins, if the input has one dimension.</param>
            /// <param name="perSampleWeights">What each index counts, of the input's shape; only for sums.</param>
            /// <exception cref="ArgumentException">The indices are no integers, or offsets are missing or too much.</exception>
            public override Tensor forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights)
            {
                if (!is_integral(input.dtype))
                    throw new ArgumentException("Embedding input must be an integral tensor.");
                if (offsets is not null && input.dtype != offsets.dtype)
                    throw new ArgumentException("input and offsets must have the same element type.");
                if (input.dim() == 1 && offsets is null)
                    throw new ArgumentException("'offsets' must be non-null for a 1-D input.");
                if (input.dim() == 2 && offsets is not null)
                    throw new ArgumentException("'offsets' must be null for a 2-D input.");

                using var scope = NewDisposeScope();
                if (input.dim() == 2)
                {
                    offsets = arange(0, input.numel(), input.shape[1], input.dtype);
                    input = input.reshape(-1);
                    perSampleWeights = perSampleWeights?.reshape(-1);
                }
                this.options.Renormalize(weight!, input);
                var results = Aten.CallMany(
                    "embedding_bag.padding_idx", weight!, input, offsets!, this.options.ScaleByFrequency, (long)this.mode, this.options.Sparse, perSampleWeights,
                    this.includeLast, this.options.PaddingIndex);
                return results[0].MoveToOuterDisposeScope();
            }

            public new Tensor call(Tensor input, Tensor? offsets, Tensor? perSampleWeights) => base.call(input, offsets, perSampleWeights);

            public Tensor call(Tensor input, Tensor offsets) => base.call(input, offsets, null);

            public Tensor call(Tensor input) => base.call(input, null, null);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static EmbeddingBag EmbeddingBag(
                long num_embeddings, long embedding_dims, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false,
                EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false, long padding_index = -1,
                Device? device = null, ScalarType? dtype = null)
                => new(
                    null, [num_embeddings, embedding_dims], new(padding_index < 0 ? null : padding_index, max_norm, norm_type, scale_grad_by_freq, sparse),
                    mode, include_last_offset, false, device, dtype);

            /// <summary>An embedding of a table that is there; the module gets a copy.</summary>
            public static EmbeddingBag EmbeddingBag_from_pretrained(
                Tensor embeddings, bool freeze = true, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false,
                EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false, long padding_index = -1,
                Device? device = null, ScalarType? dtype = null)
                => new(
                    embeddings.detach().to(dtype ?? embeddings.dtype).clone(), embeddings.shape,
                    new(padding_index < 0 ? null : padding_index, max_norm, norm_type, scale_grad_by_freq, sparse), mode, include_last_offset, freeze, device, dtype);
        }
    }
}
