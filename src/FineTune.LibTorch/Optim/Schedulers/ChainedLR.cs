namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Several schedulers, each of which steps at each step.</summary>
                public class ChainedLR : LRScheduler
                {
                    private readonly List<LRScheduler> schedulers;

                    public ChainedLR(IEnumerable<LRScheduler> schedulers) => this.schedulers = [.. schedulers];

                    public override void step() => this.schedulers.ForEach(scheduler => scheduler.step());
                }
            }

            public static LRScheduler ChainedLR(IEnumerable<LRScheduler> schedulers) => new impl.ChainedLR(schedulers);
        }
    }
}
