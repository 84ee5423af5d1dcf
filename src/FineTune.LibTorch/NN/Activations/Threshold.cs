using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x above the threshold, a value elsewhere.</summary>
        public sealed class Threshold : nn.Module<Tensor, Tensor>
        {
            private readonly double threshold;
            private readonly double value;
            private readonly bool inplace;

            internal Threshold(double threshold, double value, bool inplace) : base(nameof(Threshold))
                => (this.threshold, this.value, this.inplace) = (threshold, value, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.Threshold(tensor, this.threshold, this.value, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Threshold Threshold(double threshold, double value, bool inplace = false) => new(threshold, value, inplace);

            public static partial class functional
            {
                public static Tensor Threshold(Tensor x, double threshold, double value, bool inplace = false)
                    => inplace ? Aten.InPlace("threshold_", x, threshold, value) : Aten.Call("threshold", x, threshold, value);
            }
        }
    }
}
