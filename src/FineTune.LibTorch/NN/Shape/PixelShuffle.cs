using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>(N, C·r², H, W) to (N, C, H·r, W·r).</summary>
        public sealed class PixelShuffle : nn.Module<Tensor, Tensor>
        {
            private readonly long factor;

            internal PixelShuffle(long factor) : base(nameof(PixelShuffle)) => this.factor = factor;

            public override Tensor forward(Tensor tensor) => nn.functional.pixel_shuffle(tensor, this.factor);
        }

        /// <summary>The converse of <see cref="PixelShuffle"/>.</summary>
        public sealed class PixelUnshuffle : nn.Module<Tensor, Tensor>
        {
            private readonly long factor;

            internal PixelUnshuffle(long factor) : base(nameof(PixelUnshuffle)) => this.factor = factor;

            public override Tensor forward(Tensor tensor) => nn.functional.pixel_unshuffle(tensor, this.factor);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static PixelShuffle PixelShuffle(long upscale_factor) => new(upscale_factor);

            public static PixelUnshuffle PixelUnshuffle(long downscale_factor) => new(downscale_factor);

            public static partial class functional
            {
                public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Aten.Call("pixel_shuffle", input, upscale_factor);

                public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Aten.Call("pixel_unshuffle", input, downscale_factor);
            }
        }
    }
}
