using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class init
        {
            /// <summary>The unit matrix, of two dimensions.</summary>
            /// <exception cref="ArgumentException">The tensor is no matrix.</exception>
            public static Tensor eye_(Tensor tensor)
            {
                RequireDimensions(tensor, tensor.dim() == 2, "2 dimensions");
                using (no_grad())
                {
                    using var unit = eye(tensor.shape[0], tensor.shape[1], tensor.dtype, tensor.device);
                    return tensor.copy_(unit);
                }
            }

            /// <summary>A convolution that gives back its input, as far as there are channels.</summary>
            /// <exception cref="ArgumentException">The tensor has not 3 to 5 dimensions.</exception>
            public static Tensor dirac_(Tensor tensor)
            {
                RequireDimensions(tensor, tensor.dim() is >= 3 and <= 5, "3, 4 or 5 dimensions");
                long[] shape = tensor.shape;
                zeros_(tensor);
                using (no_grad())
                    for (long channel = 0; channel < Math.Min(shape[0], shape[1]); ++channel)
                    {
                        using var scope = NewDisposeScope();
                        var centre = tensor[channel][channel];
                        for (int i = 2; i < shape.Length; ++i)
                            centre = centre[shape[i] / 2];
                        centre.fill_(1);
                    }
                return tensor;
            }

            /// <summary>Rows or columns that are orthonormal, times <paramref name="gain"/> (Saxe et al., arXiv:1312.6120).</summary>
            /// <exception cref="ArgumentException">The tensor has fewer than 2 dimensions.</exception>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                RequireDimensions(tensor, tensor.dim() >= 2, "2 or more dimensions");
                using var gradients = no_grad();
                using var scope = NewDisposeScope();
                long rows = tensor.shape[0], columns = tensor.numel() / rows;
                var flat = empty([rows, columns], tensor.dtype, tensor.device).normal_(0, 1);
                bool wide = rows < columns;
                var factors = Aten.CallMany("linalg_qr", wide ? flat.t() : flat);
                var diagonal = factors[1].diag(0);
                // With the signs of the diagonal the distribution is uniform (Mezzadri, arXiv:math-ph/0609050).
                var orthogonal = factors[0] * diagonal.sign();
                tensor.copy_((wide ? orthogonal.t() : orthogonal).reshape(tensor.shape));
                return tensor.mul_(gain);
            }

            /// <summary>Normal values, of which a fraction of each column is 0.</summary>
            /// <exception cref="ArgumentException">The tensor is no matrix.</exception>
            public static Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01)
            {
                RequireDimensions(tensor, tensor.dim() == 2, "2 dimensions");
                long rows = tensor.shape[0], columns = tensor.shape[1];
                long zeros = (long)Math.Ceiling(sparsity * rows);
                normal_(tensor, 0, std);
                using (no_grad())
                    for (long column = 0; column < columns; ++column)
                    {
                        using var scope = NewDisposeScope();
                        var chosen = randperm(rows)[..(int)zeros];
                        tensor.select(1, column).index_fill_(0, chosen, 0);
                    }
                return tensor;
            }

            /// <summary>A normal distribution cut off at both ends.</summary>
            public static Tensor trunc_normal_(
                Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0, Generator? generator = null)
            {
                double low = NormalDistribution((a - mean) / std), high = NormalDistribution((b - mean) / std);
                using (no_grad())
                {
                    uniform_(tensor, 2 * low - 1, 2 * high - 1, generator);
                    return Aten.InPlace("erfinv_", tensor).mul_(std * Math.Sqrt(2)).add_(mean).clamp_(a, b);
                }
            }

            private static double NormalDistribution(double x)
            {
                using var value = torch.tensor(x / Math.Sqrt(2), ScalarType.Float64);
                using var erf = value.erf();
                return (1 + erf.ToDouble()) / 2;
            }

            private static void RequireDimensions(Tensor tensor, bool fits, string expected)
            {
                if (!fits)
                    throw new ArgumentException($"A tensor with {expected} is expected here, not with {tensor.dim()}.");
            }
        }
    }
}
