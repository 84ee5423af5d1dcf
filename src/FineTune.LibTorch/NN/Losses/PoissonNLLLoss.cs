using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The negative log-likelihood of counts.</summary>
        public sealed class PoissonNLLLoss : Loss<Tensor, Tensor, Tensor>
        {
            private readonly bool log_input;
            private readonly bool full;
            private readonly float eps;

            internal PoissonNLLLoss(bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) : base(reduction)
                => (this.log_input, this.full, this.eps) = (log_input, full, eps);

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.poisson_nll_loss(input, target, this.log_input, this.full, this.eps, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static PoissonNLLLoss PoissonNLLLoss(bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) => new(log_input, full, eps, reduction);

            public static partial class functional
            {
                public static Tensor poisson_nll_loss(
                    Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean)
                    => Aten.Call("poisson_nll_loss", input, target, log_input, full, (double)eps, (long)reduction);
            }
        }
    }
}
