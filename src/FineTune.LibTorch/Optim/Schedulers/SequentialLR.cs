namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Several schedulers, one after the other, each from its milestone on.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] schedulers;
                    private readonly int[] milestones;

                    /// <exception cref="ArgumentException">Another optimizer's scheduler, or a number of milestones that does not fit.</exception>
                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1)
                    {
                        (this.schedulers, this.milestones) = (schedulers.ToArray(), milestones.ToArray());
                        if (this.schedulers.Any(scheduler => scheduler.Optimizer != optimizer))
                            throw new ArgumentException("The SequentialLR scheduler expects all its sub-schedulers to be bound to the same optimizer.");
                        if (this.milestones.Length != this.schedulers.Length - 1)
                            throw new ArgumentException(
                                $"Received {this.schedulers.Length} schedulers and {this.milestones.Length} milestones. "
                                + "The SequentialLR scheduler expects the number of schedulers to be one more than the number of milestones.");

                        // The schedulers have already set their rates, one over the other.
                        foreach (var group in optimizer.ParamGroups)
                            group.LearningRate = group.InitialLearningRate;
                        foreach (var scheduler in this.schedulers)
                            scheduler.Epoch--;
                        this.schedulers[0].step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        int current = this.milestones.Count(milestone => milestone <= Epoch);
                        if (current > 0 && this.milestones[current - 1] == Epoch)
                            this.schedulers[current].step(0);
                        else
                            this.schedulers[current].step();
                        return get_last_lr().ToList();
                    }
                }
            }

            public static LRScheduler SequentialLR(
                Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                => new impl.SequentialLR(optimizer, schedulers, milestones, last_epoch);
        }
    }
}
