using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class AdaptiveAvgPool1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveAvgPool1d(long[] size) : base(nameof(AdaptiveAvgPool1d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => Aten.Call("adaptive_avg_pool1d", tensor, this.size);
        }

        public sealed class AdaptiveAvgPool2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveAvgPool2d(long[] size) : base(nameof(AdaptiveAvgPool2d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => nn.functional.adaptive_avg_pool2d(tensor, this.size);
        }

        public sealed class AdaptiveAvgPool3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveAvgPool3d(long[] size) : base(nameof(AdaptiveAvgPool3d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => nn.functional.adaptive_avg_pool3d(tensor, this.size);
        }

        public sealed class AdaptiveMaxPool1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveMaxPool1d(long[] size) : base(nameof(AdaptiveMaxPool1d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => nn.functional.adaptive_max_pool1d(tensor, this.size[0]);
        }

        public sealed class AdaptiveMaxPool2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveMaxPool2d(long[] size) : base(nameof(AdaptiveMaxPool2d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => nn.functional.adaptive_max_pool2d(tensor, this.size);
        }

        public sealed class AdaptiveMaxPool3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] size;

            internal AdaptiveMaxPool3d(long[] size) : base(nameof(AdaptiveMaxPool3d)) => this.size = size;

            public override Tensor forward(Tensor tensor) => nn.functional.adaptive_max_pool3d(tensor, this.size);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static AdaptiveAvgPool1d AdaptiveAvgPool1d(long output_size) => new(Extent.All(output_size, 1));

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new(Extent.All(output_size, 2));

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size) => new(Extent.Of(output_size));

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long output_size) => new(Extent.All(output_size, 3));

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long[] output_size) => new(output_size);

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d((long, long, long) output_size) => new(Extent.Of(output_size));

            public static AdaptiveMaxPool1d AdaptiveMaxPool1d(long output_size) => new(Extent.All(output_size, 1));

            public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long[] output_size) => new(output_size);

            public static AdaptiveMaxPool3d AdaptiveMaxPool3d(long[] output_size) => new(output_size);

            public static partial class functional
            {
                public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Aten.Call("adaptive_avg_pool1d", input, output_size);

                public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Aten.Call("adaptive_avg_pool2d", input, output_size);

                public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, Extent.All(output_size, 2));

                public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Extent.Of(output_size));

                public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) => Aten.Call("adaptive_avg_pool3d", input, output_size);

                public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) => adaptive_avg_pool3d(input, Extent.All(output_size, 3));

                public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) => adaptive_avg_pool3d(input, Extent.Of(output_size));

                public static Tensor adaptive_max_pool1d(Tensor input, long output_size)
                {
                    var (values, indices) = Pair.Of(Aten.CallMany("adaptive_max_pool1d", input, output_size));
                    indices.Dispose();
                    return values;
                }

                public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size)
                {
                    var (values, indices) = Pair.Of(Aten.CallMany("adaptive_max_pool2d", input, output_size));
                    indices.Dispose();
                    return values;
                }

                public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size)
                {
                    var (values, indices) = Pair.Of(Aten.CallMany("adaptive_max_pool3d", input, output_size));
                    indices.Dispose();
                    return values;
                }
            }
        }
    }
}
