namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Times γ every so many epochs.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int size;
                    private readonly double gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.size, this.gamma) = (step_size, gamma);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch == 0 || Epoch % this.size != 0 ? group.LearningRate : group.LearningRate * this.gamma;

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * Math.Pow(this.gamma, Epoch / this.size);
                }
            }

            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                => new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);
        }
    }
}
