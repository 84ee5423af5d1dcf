namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>From one fraction of the rate to another, in equal steps.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double start;
                    private readonly double end;
                    private readonly int steps;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 5, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.start, this.end, this.steps) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 ? group.LearningRate * this.start
                        : Epoch > this.steps ? group.LearningRate
                        : group.LearningRate * (1.0 + (this.end - this.start) / (this.steps * this.start + (Epoch - 1) * (this.end - this.start)));

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * (this.start + (this.end - this.start) * Math.Min(this.steps, Epoch) / this.steps);
                }
            }

            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 5, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                => new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);
        }
    }
}
