using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>How a value between positions is found.</summary>
    public enum GridSampleMode
    {
        Nearest = 0,
        Bilinear = 2,
    }

    /// <summary>What lies outside of an image.</summary>
    public enum GridSamplePaddingMode
    {
        Zeros = 0,
        Reflection = 1,
        Border = 2,
    }

    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>The values of an image at the positions of a grid, whose coordinates run from −1 to 1.</summary>
            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
                => Aten.Call(
                    "grid_sampler", input, grid, mode == GridSampleMode.Bilinear ? 0 : 1,
                    padding_mode switch { GridSamplePaddingMode.Zeros => 0, GridSamplePaddingMode.Border => 1, _ => 2 }, align_corners ?? false);

            /// <summary>The grid of an affine transformation.</summary>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false)
                => Aten.Call("affine_grid_generator", theta, size, align_corners);
        }
    }
}
