using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>max(x, 0)</summary>
        public sealed class ReLU : nn.Module<Tensor, Tensor>
        {
            private readonly bool inplace;

            internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

            public override Tensor forward(Tensor tensor) => nn.functional.relu(tensor, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU ReLU(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Aten.InPlace("relu_", x) : Aten.Call("relu", x);
            }
        }
    }
}
