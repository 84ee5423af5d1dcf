using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>
        /// Normalizes each channel over the batch: by the batch's own statistics in training mode (which then move the
        /// running ones), by the running ones otherwise.
        /// </summary>
        public abstract class BatchNorm : NormBase
        {
            private protected BatchNorm(
                string name, long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(name, features, eps, momentum, affine, track, device, dtype)
            {
            }

            public override Tensor forward(Tensor input)
            {
                ValidateInputDimensions(input);
                if (InferenceWeights.Active is { } inference && inference.Contain(this, input))
                    return input.detach();
                double factor = Momentum ?? 0;
                if (training && num_batches_tracked is not null)
                {
                    using (no_grad())
                        num_batches_tracked.add_(1);
                    factor = Momentum ?? 1.0 / num_batches_tracked.ToInt64();
                }
                bool usesBatch = training || running_mean is null;
                return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, usesBatch, factor, Eps);
            }
        }

        public sealed class BatchNorm1d : BatchNorm
        {
            internal BatchNorm1d(long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(BatchNorm1d), features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 2 or 3, "2D or 3D");
        }

        public sealed class BatchNorm2d : BatchNorm
        {
            internal BatchNorm2d(long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(BatchNorm2d), features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 4, "4D");
        }

        public sealed class BatchNorm3d : BatchNorm
        {
            internal BatchNorm3d(long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
                : base(nameof(BatchNorm3d), features, eps, momentum, affine, track, device, dtype)
            {
            }

            protected override void ValidateInputDimensions(Tensor input) => Expect(input, input.dim() is 5, "5D");
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static BatchNorm1d BatchNorm1d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static BatchNorm2d BatchNorm2d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static BatchNorm3d BatchNorm3d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static partial class functional
            {
                public static Tensor batch_norm(
                    Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                    bool training = false, double momentum = 0.1, double eps = 1e-5)
                    => Aten.Call("batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);
            }
        }
    }
}
