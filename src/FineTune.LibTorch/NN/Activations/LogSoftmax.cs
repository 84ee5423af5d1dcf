using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The logarithm of the softmax, computed in one.</summary>
        public sealed class LogSoftmax : nn.Module<Tensor, Tensor>
        {
            private readonly long dim;

            internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => this.dim = dim;

            public override Tensor forward(Tensor tensor) => nn.functional.log_softmax(tensor, this.dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static LogSoftmax LogSoftmax(long dim) => new(dim);

            public static partial class functional
            {
                public static Tensor log_softmax(Tensor x, long dim) => Aten.Call("log_softmax.int", x, dim);
            }
        }
    }
}
