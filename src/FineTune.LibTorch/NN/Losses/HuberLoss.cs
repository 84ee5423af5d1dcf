using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The squared difference within δ, linear beyond.</summary>
        public sealed class HuberLoss : Loss<Tensor, Tensor, Tensor>
        {
            private readonly double delta;

            internal HuberLoss(double delta = 1.0, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.delta = delta;

            public override Tensor forward(Tensor input, Tensor target)
                => nn.functional.huber_loss(input, target, this.delta, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static HuberLoss HuberLoss(double delta = 1.0, Reduction reduction = Reduction.Mean) => new(delta, reduction);

            public static partial class functional
            {
                public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean)
                    => Aten.Call("huber_loss", input, target, (long)reduction, delta);
            }
        }
    }
}
