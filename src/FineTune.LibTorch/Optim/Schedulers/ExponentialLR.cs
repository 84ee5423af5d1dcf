namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Times γ at each epoch.</summary>
                public class ExponentialLR : LRScheduler
                {
                    private readonly double gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        this.gamma = gamma;
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 ? group.LearningRate : group.LearningRate * this.gamma;

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * Math.Pow(this.gamma, Epoch);
                }
            }

            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                => new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);
        }
    }
}
