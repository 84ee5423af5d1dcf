using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Normalizes each sample over groups of its channels.</summary>
        public sealed class GroupNorm : nn.Module<Tensor, Tensor>
        {
            private readonly long groups;
            private readonly double eps;

            internal GroupNorm(long groups, long channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
            {
                (this.groups, this.eps) = (groups, eps);
                if (!affine)
                    return;
                weight = nn.Parameter(ones([channels], dtype, device));
                bias = nn.Parameter(zeros([channels], dtype, device));
            }

            public Parameter? weight { get; set => SetParameter(ref field, value); }

            public Parameter? bias { get; set => SetParameter(ref field, value); }

            /// <exception cref="ArgumentException">The input has fewer than 3 dimensions.</exception>
            public override Tensor forward(Tensor tensor)
                => tensor.dim() >= 3
                    ? nn.functional.group_norm(tensor, this.groups, weight, bias, this.eps)
                    : throw new ArgumentException($"Invalid number of dimensions for GroupNorm argument: {tensor.dim()}");
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static GroupNorm GroupNorm(
                long num_groups, long num_channels, double eps = 1e-05, bool affine = true, Device? device = null, ScalarType? dtype = null)
                => new(num_groups, num_channels, eps, affine, device, dtype);

            public static partial class functional
            {
                public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
                    => Aten.Call("group_norm", input, num_groups, weight, bias, eps, true);
            }
        }
    }
}
