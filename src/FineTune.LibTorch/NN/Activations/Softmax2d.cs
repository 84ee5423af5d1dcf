using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The softmax over the channels, at each position of an image.</summary>
        public sealed class Softmax2d : nn.Module<Tensor, Tensor>
        {
            internal Softmax2d() : base(nameof(Softmax2d)) { }

            public override Tensor forward(Tensor tensor) => nn.functional.softmax2d(tensor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Softmax2d Softmax2d() => new();

            public static partial class functional
            {
                public static Tensor softmax2d(Tensor x) => softmax(x, -3);
            }
        }
    }
}
