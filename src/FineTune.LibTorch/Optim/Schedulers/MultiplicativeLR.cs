namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Times a function of the epoch, at each.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly List<Func<int, double>> lambdas;

                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, [lr_lambda], last_epoch, verbose)
                    {
                    }

                    /// <param name="lr_lambdas">A function for each group; further groups take the last.</param>
                    public MultiplicativeLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        this.lambdas = [.. lr_lambdas];
                        step();
                    }

                    private Func<int, double> Lambda(int index) => this.lambdas[Math.Min(index, this.lambdas.Count - 1)];

                    private protected override double Next(int index, ILearningRateController group)
                        => Epoch > 0 ? group.LearningRate * Lambda(index)(Epoch) : group.LearningRate;
                }
            }

            public static LRScheduler MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                => new impl.MultiplicativeLR(optimizer, lr_lambda, last_epoch, verbose);
        }
    }
}
