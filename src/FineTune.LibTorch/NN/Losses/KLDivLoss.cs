using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The Kullback-Leibler divergence of the target from the input, which is a log-probability.</summary>
        public sealed class KLDivLoss : Loss<Tensor, Tensor, Tensor>
        {
            private readonly bool log_target;

            internal KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.log_target = log_target;

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.kl_div(input, target, this.log_target, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static KLDivLoss KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) => new(log_target, reduction);

            public static partial class functional
            {
                public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean)
                    => Aten.Call("kl_div", input, target, (long)reduction, log_target);
            }
        }
    }
}
