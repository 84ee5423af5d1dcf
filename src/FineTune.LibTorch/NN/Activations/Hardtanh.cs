using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x, cut off at both ends.</summary>
        public sealed class Hardtanh : nn.Module<Tensor, Tensor>
        {
            private readonly double min;
            private readonly double max;
            private readonly bool inplace;

            internal Hardtanh(double min, double max, bool inplace) : base(nameof(Hardtanh))
                => (this.min, this.max, this.inplace) = (min, max, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.Hardtanh(tensor, this.min, this.max, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Hardtanh Hardtanh(double min_val = -1.0, double max_val = 1.0, bool inplace = false) => new(min_val, max_val, inplace);

            public static partial class functional
            {
                public static Tensor Hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false)
                    => inplace ? Aten.InPlace("hardtanh_", x, min_val, max_val) : Aten.Call("hardtanh", x, min_val, max_val);
            }
        }
    }
}
