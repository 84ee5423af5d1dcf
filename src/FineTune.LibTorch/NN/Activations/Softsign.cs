using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>x / (1 + |x|)</summary>
        public sealed class Softsign : nn.Module<Tensor, Tensor>
        {
            internal Softsign() : base(nameof(Softsign)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.Softsign(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softsign Softsign() => new();

            public static partial class functional
            {
                public static Tensor Softsign(Tensor x)
                {
                    using var size = x.abs();
                    using var divisor = size + 1;
                    return x / divisor;
                }
            }
        }
    }
}
