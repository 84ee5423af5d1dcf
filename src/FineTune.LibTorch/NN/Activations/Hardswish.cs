using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x · hardsigmoid(x)</summary>
        public sealed class Hardswish : nn.Module<Tensor, Tensor>
        {
            private readonly bool inplace;

            internal Hardswish(bool inplace) : base(nameof(Hardswish)) => this.inplace = inplace;

            public override Tensor forward(Tensor tensor) => nn.functional.hardswish(tensor, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Hardswish Hardswish(bool inplace = false) => new(inplace);

            public static partial class functional
            {
                public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? Aten.InPlace("hardswish_", input) : Aten.Call("hardswish", input);
            }
        }
    }
}
