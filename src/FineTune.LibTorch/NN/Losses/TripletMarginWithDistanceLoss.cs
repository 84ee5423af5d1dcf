using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The triplet margin loss by a distance of the user's.</summary>
        public sealed class TripletMarginWithDistanceLoss : Loss<Tensor, Tensor, Tensor, Tensor>
        {
            private readonly Func<Tensor, Tensor, Tensor>? distance;
            private readonly double margin;
            private readonly bool swap;

            internal TripletMarginWithDistanceLoss(Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, Reduction reduction = Reduction.Mean) : base(reduction)
                => (this.distance, this.margin, this.swap) = (distance, margin, swap);

            public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative)
                => nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, this.distance, this.margin, this.swap, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static TripletMarginWithDistanceLoss TripletMarginWithDistanceLoss(Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, Reduction reduction = Reduction.Mean) => new(distance, margin, swap, reduction);

            public static partial class functional
            {
                /// <param name="distance">Euclidean if not stated.</param>
                public static Tensor triplet_margin_with_distance_loss(
                    Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0,
                    bool swap = false, Reduction reduction = Reduction.Mean)
                {
                    distance ??= Euclidean;
                    using var scope = NewDisposeScope();
                    var near = distance(anchor, positive);
                    var far = distance(anchor, negative);
                    if (swap)
                        far = minimum(far, distance(positive, negative));
                    var losses = (near - far + margin).clamp_min(0);
                    return Reduce(losses, reduction).MoveToOuterDisposeScope();

                    static Tensor Euclidean(Tensor x, Tensor y) => pairwise_distance(x, y);
                }
            }
        }
    }
}
