using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x·Wᵀ + b, over the last dimension.</summary>
        public sealed class Linear : nn.Module<Tensor, Tensor>
        {
            internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype)
                : base(nameof(Linear))
            {
                weight = nn.Parameter(empty([outputSize, inputSize], dtype, device));
                if (hasBias)
                    bias = nn.Parameter(empty([outputSize], dtype, device));
                nn.init.LinearDefaults(weight, bias);
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            public Parameter? bias { get; set => SetParameter(ref field, value); }

            public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight!, bias);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, outputSize, hasBias, device, dtype);

            public static partial class functional
            {
                /// <param name="input">[…, in]</param>
                /// <param name="weights">[out, in]</param>
                /// <param name="bias">[out]</param>
                public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.Call("linear", input, weights, bias);
            }
        }
    }
}
