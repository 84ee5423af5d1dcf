namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Down to a minimum along half a cosine.</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double period;
                    private readonly double minimum;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.period, this.minimum) = (T_max, eta_min);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 ? group.LearningRate
                        : (Epoch - 1 - this.period) % (2 * this.period) == 0
                            ? group.LearningRate + (group.InitialLearningRate - this.minimum) * (1 - Math.Cos(Math.PI / this.period)) / 2
                            : (1 + Math.Cos(Math.PI * Epoch / this.period)) / (1 + Math.Cos(Math.PI * (Epoch - 1) / this.period))
                                * (group.LearningRate - this.minimum) + this.minimum;

                    private protected override double At(int index, ILearningRateController group)
                        => this.minimum + (group.InitialLearningRate - this.minimum) * (1 + Math.Cos(Math.PI * Epoch / this.period)) / 2;
                }
            }

            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                => new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);
        }
    }
}
