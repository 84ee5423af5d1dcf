using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>relu6(x + 3) / 6</summary>
        public sealed class Hardsigmoid : nn.Module<Tensor, Tensor>
        {
            private readonly bool inplace;

            internal Hardsigmoid(bool inplace) : base(nameof(Hardsigmoid)) => this.inplace = inplace;

            public override Tensor forward(Tensor tensor) => nn.functional.hardsigmoid(tensor, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? Aten.InPlace("hardsigmoid_", input) : Aten.Call("hardsigmoid", input);
            }
        }
    }
}
