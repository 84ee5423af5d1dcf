using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Normalizes each channel of each sample over its positions.</summary>
        public abstract class InstanceNorm : NormBase
        {
            private readonly int dimensions;

            private protected InstanceNorm(
                string name, int dimensions, long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(name, features, eps, momentum, affine, track, device, dtype)
                => this.dimensions = dimensions;

            public override Tensor forward(Tensor input)
            {
                ValidateInputDimensions(input);
                bool usesInput = training || running_mean is null;
                if (input.dim() != this.dimensions + 1)
                    return nn.functional.instance_norm(input, running_mean, running_var, weight, bias, usesInput, Momentum ?? 0, Eps);
                using var batch = input.unsqueeze(0);
                using var result = nn.functional.instance_norm(batch, running_mean, running_var, weight, bias, usesInput, Momentum ?? 0, Eps);
                return result.squeeze(0);
            }
        }

        public sealed class InstanceNorm1d : InstanceNorm
        {
            internal InstanceNorm1d(long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(InstanceNorm1d), 1, features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 2 or 3, "2D or 3D");
        }

        public sealed class InstanceNorm2d : InstanceNorm
        {
            internal InstanceNorm2d(long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(InstanceNorm2d), 2, features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 3 or 4, "3D or 4D");
        }

        public sealed class InstanceNorm3d : InstanceNorm
        {
            internal InstanceNorm3d(long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(InstanceNorm3d), 3, features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 4 or 5, "4D or 5D");
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static InstanceNorm1d InstanceNorm1d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static InstanceNorm2d InstanceNorm2d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static InstanceNorm3d InstanceNorm3d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static partial class functional
            {
                public static Tensor instance_norm(
                    Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null, Tensor? bias = null,
                    bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5)
                    => Aten.Call("instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);
            }
        }
    }
}
