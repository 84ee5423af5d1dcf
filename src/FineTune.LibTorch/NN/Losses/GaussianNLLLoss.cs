using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The negative log-likelihood of a normal distribution.</summary>
        public sealed class GaussianNLLLoss : Loss<Tensor, Tensor, Tensor, Tensor>
        {
            private readonly bool full;
            private readonly float eps;

            internal GaussianNLLLoss(bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) : base(reduction)
                => (this.full, this.eps) = (full, eps);

            public override Tensor forward(Tensor input, Tensor target, Tensor variance)
                => nn.functional.gaussian_nll_loss(input, target, variance, this.full, this.eps, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static GaussianNLLLoss GaussianNLLLoss(bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) => new(full, eps, reduction);

            public static partial class functional
            {
                /// <exception cref="ArgumentException">A variance is negative.</exception>
                public static Tensor gaussian_nll_loss(
                    Tensor input, Tensor target, Tensor variance, bool full = false, float eps = 1e-6f, Reduction reduction = Reduction.Mean)
                {
                    using var scope = NewDisposeScope();
                    if (variance.lt(0).any().ToBoolean())
                        throw new ArgumentException("variance has negative entry/entries");
                    var bounded = variance.clone();
                    using (no_grad())
                        bounded.clamp_min_((double)eps);
                    var losses = (bounded.log() + (input - target).pow(2) / bounded) * 0.5;
                    if (full)
                        losses = losses + 0.5 * Math.Log(2 * Math.PI);
                    return Reduce(losses, reduction).MoveToOuterDisposeScope();
                }
            }
        }
    }
}
