namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Times γ at each milestone.</summary>
                public class MultiStepLR : LRScheduler
                {
                    private readonly IList<int> milestones;
                    private readonly double gamma;

                    public MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (this.milestones, this.gamma) = (milestones, gamma);
                        step();
                    }

                    private protected override double Next(int index, ILearningRateController group)
                        => group.LearningRate * Math.Pow(this.gamma, this.milestones.Count(milestone => milestone == Epoch));

                    private protected override double At(int index, ILearningRateController group)
                        => group.InitialLearningRate * Math.Pow(this.gamma, this.milestones.Count(milestone => milestone <= Epoch));
                }
            }

            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                => new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);
        }
    }
}
