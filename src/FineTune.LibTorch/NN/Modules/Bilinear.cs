using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x₁ᵀ·A·x₂ + b</summary>
        public sealed class Bilinear : nn.Module<Tensor, Tensor, Tensor>
        {
            internal Bilinear(long inputs1, long inputs2, long outputs, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Bilinear))
            {
                double bound = 1 / Math.Sqrt(inputs1);
                weight = nn.Parameter(empty([outputs, inputs1, inputs2], dtype, device));
                nn.init.uniform_(weight, -bound, bound);
                if (!hasBias)
                    return;
                bias = nn.Parameter(empty([outputs], dtype, device));
                nn.init.uniform_(bias, -bound, bound);
            }

            internal Parameter? weight { get; set => SetParameter(ref field, value); }

            internal Parameter? bias { get; set => SetParameter(ref field, value); }

            public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.bilinear(input1, input2, weight!, bias);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Bilinear Bilinear(
                long in1_features, long in2_features, long out_features, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
                => new(in1_features, in2_features, out_features, hasBias, device, dtype);

            public static partial class functional
            {
                public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null)
                    => Aten.Call("bilinear", input1, input2, weight, bias);
            }
        }
    }
}
