using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>An image (a signal, a volume) at another size.</summary>
        public sealed class Upsample : nn.Module<Tensor, Tensor>
        {
            private readonly long[]? size;
            private readonly double[]? scale;
            private readonly InterpolationMode mode;
            private readonly bool? alignCorners;

            internal Upsample(long[]? size, double[]? scale, UpsampleMode mode, bool? alignCorners) : base(nameof(Upsample))
                => (this.size, this.scale, this.mode, this.alignCorners) = (size, scale, (InterpolationMode)mode, alignCorners);

            public override Tensor forward(Tensor tensor) => nn.functional.interpolate(tensor, this.size, this.scale, this.mode, this.alignCorners);
        }
    }

    public static partial class torch
    {
        public enum UpsampleMode
        {
            Nearest = 0,
            Linear = 1,
            Bilinear = 2,
            Bicubic = 3,
            Trilinear = 4,
        }

        public enum InterpolationMode
        {
            Nearest = 0,
            Linear = 1,
            Bilinear = 2,
            Bicubic = 3,
            Trilinear = 4,
            Area = 5,
        }

        public static partial class nn
        {
            public static Upsample Upsample(
                long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool? align_corners = null)
                => new(size, scale_factor, mode, align_corners);

            public static partial class functional
            {
                /// <param name="size">The size of each spatial dimension; or else</param>
                /// <param name="scale_factor">the factor of each, or one for all.</param>
                /// <param name="recompute_scale_factor">Whether the factor is that between the whole sizes, not the one stated.</param>
                /// <exception cref="ArgumentException">Neither size nor factor, or both, or a mode that is not for so many dimensions.</exception>
                public static Tensor interpolate(
                    Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                    bool? align_corners = null, bool recompute_scale_factor = false)
                {
                    if (size is null == scale_factor is null)
                        throw new ArgumentException("Either size or scale_factor must be stated, and not both.");
                    int dimensions = (int)x.dim() - 2;
                    size = Spread(size, dimensions);
                    scale_factor = Spread(scale_factor, dimensions);
                    long[] shape = x.shape;
                    if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                    {
                        size = [.. scale_factor.Select((factor, i) => (long)Math.Floor(shape[i + 2] * factor))];
                        scale_factor = null;
                    }
                    string op = (mode, dimensions) switch
                    {
                        (InterpolationMode.Area, >= 1 and <= 3) => $"adaptive_avg_pool{dimensions}d",
                        (InterpolationMode.Nearest, >= 1 and <= 3) => $"upsample_nearest{dimensions}d.vec",
                        (InterpolationMode.Linear, 1) => "upsample_linear1d.vec",
                        (InterpolationMode.Bilinear, 2) => "upsample_bilinear2d.vec",
                        (InterpolationMode.Bicubic, 2) => "upsample_bicubic2d.vec",
                        (InterpolationMode.Trilinear, 3) => "upsample_trilinear3d.vec",
                        _ => throw new ArgumentException($"Got {dimensions + 2}D input, but {mode} mode needs another number of dimensions."),
                    };
                    return mode switch
                    {
                        InterpolationMode.Area => Aten.Call(op, x, size),
                        InterpolationMode.Nearest => Aten.Call(op, x, size, scale_factor),
                        _ => Aten.Call(op, x, size, align_corners ?? false, scale_factor),
                    };
                }

                public static Tensor upsample(
                    Tensor input, long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool align_corners = false)
                    => interpolate(input, size, scale_factor, (InterpolationMode)mode, align_corners);

                public static Tensor upsample_nearest(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                    => interpolate(x, size, scale_factor, InterpolationMode.Nearest, align_corners);

                public static Tensor upsample_bilinear(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                    => interpolate(x, size, scale_factor, InterpolationMode.Bilinear, align_corners);

                public static Tensor upsample_nearest1d(Tensor input, long? outputSize, double? scaleFactor)
                    => Aten.Call("upsample_nearest1d.vec", input, Extent.All(outputSize, 1), scaleFactor is { } factor ? [factor] : default(double[]));

                public static Tensor upsample_nearest2d(Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null)
                    => Aten.Call("upsample_nearest2d.vec", input, outputSizes, scaleFactors);

                public static Tensor upsample_nearest3d(Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null)
                    => Aten.Call("upsample_nearest3d.vec", input, outputSizes, scaleFactors);

                private static T[]? Spread<T>(T[]? values, int dimensions)
                    => values is { Length: 1 } ? [.. Enumerable.Repeat(values[0], dimensions)] : values;
            }
        }
    }
}
