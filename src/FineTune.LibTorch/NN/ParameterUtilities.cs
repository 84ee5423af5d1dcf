using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Gradient clipping, and parameters as one vector.</summary>
        public static partial class utils
        {
            /// <summary>Scales all gradients so that their norm, taken over all of them together, is no more than the greatest stated.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                var gradients = Gradients(tensors);
                if (gradients.Count == 0)
                    return 0;
                bool greatest = double.IsPositiveInfinity(norm_type);
                var norms = gradients.Select(gradient => greatest ? gradient.detach().abs().max() : gradient.detach().norm((float)norm_type)).ToArray();
                var stacked = stack(norms);
                var total = norms.Length == 1 ? norms[0] : greatest ? stacked.max() : stacked.norm((float)norm_type);
                using (no_grad())
                {
                    var factor = (max_norm / (total + 1e-6)).clamp_max(1.0);
                    foreach (var gradient in gradients)
                        gradient.mul_(factor);
                }
                return total.ToDouble();
            }

            /// <summary>Cuts every element of every gradient off at plus and minus a value.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                using (no_grad())
                    foreach (var gradient in Gradients(tensors))
                        gradient.clamp_(-clip_value, clip_value);
            }

            /// <summary>All elements of all parameters, one after the other.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return cat([.. tensors.Select(parameter => parameter.reshape(-1))]).MoveToOuterDisposeScope();
            }

            /// <summary>Writes the elements of a vector into the parameters.</summary>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                using var gradients = no_grad();
                long start = 0;
                foreach (var parameter in tensors)
                {
                    long count = parameter.numel();
                    parameter.copy_(vec.narrow(0, start, count).view_as(parameter));
                    start += count;
                }
            }

            private static List<Tensor> Gradients(IEnumerable<Parameter> parameters)
                => [.. parameters.Select(parameter => parameter.grad()).OfType<Tensor>()];
        }
    }
}
