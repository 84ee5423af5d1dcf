using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Normalizes each sample over its last dimensions.</summary>
        public sealed class LayerNorm : nn.Module<Tensor, Tensor>
        {
            private readonly long[] shape;
            private readonly double eps;

            internal LayerNorm(long[] shape, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
            {
                (this.shape, this.eps) = (shape, eps);
                if (!affine)
                    return;
                weight = nn.Parameter(ones(shape, dtype, device));
                bias = nn.Parameter(zeros(shape, dtype, device));
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            public Parameter? bias { get; set => SetParameter(ref field, value); }

            public override Tensor forward(Tensor tensor) => nn.functional.layer_norm(tensor, this.shape, weight, bias, this.eps);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static LayerNorm LayerNorm(
                long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, Device? device = null, ScalarType? dtype = null)
                => new(normalized_shape, eps, elementwise_affine, device, dtype);

            public static LayerNorm LayerNorm(
                long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, Device? device = null, ScalarType? dtype = null)
                => new([normalized_shape], eps, elementwise_affine, device, dtype);

            public static partial class functional
            {
                public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
                    => Aten.Call("layer_norm", input, normalized_shape, weight, bias, eps, true);
            }
        }
    }
}
