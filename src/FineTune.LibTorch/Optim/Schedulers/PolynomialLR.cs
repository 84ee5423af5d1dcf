namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Down to 0 along a power of the time that is left.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly int steps;
                    private readonly double power;

                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, int power = 1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.steps, this.power) = (total_iters, power);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 || Epoch > this.steps ? group.LearningRate
                        : group.LearningRate * Math.Pow((1.0 - (double)Epoch / this.steps) / (1.0 - (double)(Epoch - 1) / this.steps), this.power);

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * Math.Pow(1.0 - (double)Math.Min(this.steps, Epoch) / this.steps, this.power);
                }
            }

            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, int power = 1, int last_epoch = -1, bool verbose = false)
                => new impl.PolynomialLR(optimizer, total_iters, power, last_epoch, verbose);
        }
    }
}
