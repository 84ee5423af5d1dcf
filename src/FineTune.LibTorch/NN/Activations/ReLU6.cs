using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>min(max(x, 0), 6)</summary>
        public sealed class ReLU6 : nn.Module<Tensor, Tensor>
        {
            private readonly bool inplace;

            internal ReLU6(bool inplace) : base(nameof(ReLU6)) => this.inplace = inplace;

            public override Tensor forward(Tensor tensor) => nn.functional.relu6(tensor, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU6 ReLU6(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? Aten.InPlace("relu6_", x) : Aten.Call("relu6", x);
            }
        }
    }
}
