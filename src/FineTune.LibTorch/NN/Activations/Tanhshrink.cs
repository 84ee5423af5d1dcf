using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x − tanh(x)</summary>
        public sealed class Tanhshrink : nn.Module<Tensor, Tensor>
        {
            internal Tanhshrink() : base(nameof(Tanhshrink)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.Tanhshrink(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Tanhshrink Tanhshrink() => new();

            public static partial class functional
            {
                public static Tensor Tanhshrink(Tensor x)
                {
                    using var tanh = x.tanh();
                    return x - tanh;
                }
            }
        }
    }
}
