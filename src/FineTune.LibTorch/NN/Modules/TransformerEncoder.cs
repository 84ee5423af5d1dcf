using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Encoder layers, one after the other.</summary>
        public sealed class TransformerEncoder
            : nn.Module<Tensor, Tensor, Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, nn.IModule<Tensor, Tensor>
        {
            private readonly EncoderWeights[] layers;

            internal TransformerEncoder(EncoderWeights first, long count) : base(nameof(TransformerEncoder))
            {
                this.layers = new EncoderWeights[count];
                for (long i = 0; i < count; ++i)
                {
                    string prefix = $"layers.{i}.";
                    this.layers[i] = first.Copy();
                    this.layers[i].Register((name, parameter) => register_parameter(prefix + name, parameter));
                }
            }

            /// <param name="src">[L, N, E]</param>
            /// <param name="src_mask">[L, L], as in <see cref="MultiheadAttention"/>, or null.</param>
            /// <param name="src_key_padding_mask">[N, L], as there, or null.</param>
            public override Tensor forward(Tensor src, Tensor src_mask, Tensor src_key_padding_mask)
            {
                using var scope = NewDisposeScope();
                var current = src;
                foreach (var layer in this.layers)
                    current = layer.Encode(current, src_mask, src_key_padding_mask, training);
                return ReferenceEquals(current, src) ? src.alias().MoveToOuterDisposeScope() : current.MoveToOuterDisposeScope();
            }

            public Tensor call(Tensor src, Tensor src_mask) => base.call(src, src_mask, null!);

            public Tensor call(Tensor src) => base.call(src, null!, null!);

            public enum Activations
            {
                ReLU = 0,
                GELU = 1,
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>So many copies of a layer, which all begin with its parameters.</summary>
            public static TransformerEncoder TransformerEncoder(TransformerEncoderLayer encoder_layer, long num_layers)
                => new(encoder_layer.Weights, num_layers);
        }
    }
}
