using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    /// <summary>What a convolution sees beyond the edges of its input.</summary>
    public enum PaddingModes
    {
        Zeros = 0,
        Reflect = 1,
        Replicate = 2,
        Circular = 3,
        Constant = 4,
    }

    /// <summary>Padding stated by its effect: none, or as much as keeps the size.</summary>
    public enum Padding
    {
        Valid = 0,
        Same = 1,
    }

    namespace Modules
    {
        /// <summary>What convolutions of one to three dimensions, transposed ones too, have in common.</summary>
        public abstract class Convolution : nn.Module<Tensor, Tensor>
        {
            private readonly Geometry geometry;
            private readonly string op;

            private protected Convolution(string name, Geometry geometry, bool bias, Device? device, ScalarType? dtype)
                : base(name)
            {
                if (geometry.PaddingType == Padding.Same && geometry.Stride.Any(step => step != 1))
                    throw new ArgumentException("padding='same' is not supported for strided convolutions");
                this.geometry = geometry;
                this.op = $"conv{geometry.Dimensions}d";

                var (inputs, outputs) = (geometry.InChannels, geometry.OutChannels);
                long[] channels = geometry.OutputPadding is null ? [outputs, inputs / geometry.Groups] : [inputs, outputs / geometry.Groups];
                weight = nn.Parameter(empty([.. channels, .. geometry.Kernel], dtype, device));
                if (bias)
                    this.bias = nn.Parameter(empty([outputs], dtype, device));
                nn.init.LinearDefaults(weight, this.bias);
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            public Parameter? bias { get; set => SetParameter(ref field, value); }

            private protected Geometry Shape => this.geometry;

            private protected Tensor Convolve(Tensor input)
            {
                CheckShape(input);
                if (InferenceWeights.Active is not { } inference)
                    return Convolve(input, weight, bias);
                var (itsWeight, itsBias) = inference.Of(this);
                var answer = Convolve(input, itsWeight, itsBias);
                inference.Answered(this, answer);
                return answer;
            }

            private Tensor Convolve(Tensor input, Tensor? weight, Tensor? bias)
            {
                var its = this.geometry;
                if (its.PaddingMode != PaddingModes.Zeros)
                {
                    using var padded = nn.functional.pad(input, its.EdgePadding(), its.PaddingMode);
                    return Aten.Call(this.op, padded, weight, bias, its.Stride, 0, its.Dilation, its.Groups);
                }
                return its.PaddingType is { } type
                    ? Aten.Call($"{this.op}.padding", input, weight, bias, its.Stride, type.SchemaName(), its.Dilation, its.Groups)
                    : Aten.Call(this.op, input, weight, bias, its.Stride, its.Padding, its.Dilation, its.Groups);
            }

            /// <summary>A weight in the layout that oneDNN computes this convolution with; as it is where there is none.</summary>
            /// <param name="weight">Of the shape of its own.</param>
            /// <exception cref="System.Runtime.InteropServices.ExternalException">It does not hold floats on the CPU.</exception>
            internal Tensor Pack(Tensor weight)
            {
                var its = this.geometry;
                if (its is not { Dimensions: 2, OutputPadding: null, PaddingType: null, PaddingMode: PaddingModes.Zeros })
                    return weight.detach();
                using var opaque = Aten.Call("to_mkldnn", weight);
                return Aten.Call("mkldnn_reorder_conv2d_weight", opaque, its.Padding, its.Stride, its.Dilation, its.Groups);
            }

            private protected void CheckShape(Tensor input)
            {
                int dimensions = this.geometry.Dimensions;
                long[] shape = input.shape;
                long channels = this.geometry.InChannels;
                bool fits = (shape.Length == dimensions + 2 && shape[1] == channels) || (shape.Length == dimensions + 1 && shape[0] == channels);
                if (!fits)
                    throw new ArgumentException(
                        $"Expected {dimensions + 1}D (unbatched) or {dimensions + 2}D (batched) input with {channels} channels to {GetName()}.");
            }

            /// <summary>The numbers that make a convolution; output padding only if it is transposed.</summary>
            private protected sealed record Geometry(
                long InChannels, long OutChannels, long[] Kernel, long[] Stride, long[]? Padding, Padding? PaddingType, long[] Dilation,
                long Groups, PaddingModes PaddingMode = PaddingModes.Zeros, long[]? OutputPadding = null)
            {
                public int Dimensions => Kernel.Length;

                // What `pad` takes: before and after each dimension, the last dimension first.
                public long[] EdgePadding()
                {
                    var edges = new List<long>();
                    for (int i = Dimensions - 1; i >= 0; --i)
                    {
                        long both = PaddingType == TorchSharp.Padding.Same ? Dilation[i] * (Kernel[i] - 1) : 2 * (Padding?[i] ?? 0);
                        edges.AddRange([both / 2, both - both / 2]);
                    }
                    return [.. edges];
                }
            }
        }

        internal static class PaddingNames
        {
            public static string SchemaName(this Padding padding) => padding == Padding.Same ? "same" : "valid";

            public static string SchemaName(this PaddingModes mode) => mode switch
            {
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                PaddingModes.Circular => "circular",
                _ => "constant",
            };
        }
    }
}
