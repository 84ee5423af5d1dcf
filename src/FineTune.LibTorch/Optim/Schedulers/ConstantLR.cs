namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>A fraction of the rate, until an epoch.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double factor;
                    private readonly int end;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.factor, this.end) = (factor, total_iters);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 ? group.LearningRate * this.factor : Epoch == this.end ? group.LearningRate * (1.0 / this.factor) : group.LearningRate;

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * (Epoch >= this.end ? 1 : this.factor);
                }
            }

            public static LRScheduler ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                => new impl.ConstantLR(optimizer, factor, total_iters, last_epoch, verbose);
        }
    }
}
