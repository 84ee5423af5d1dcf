namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The initial rate times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> lambdas;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, [lr_lambda], last_epoch, verbose)
                    {
                    }

                    /// <param name="lr_lambdas">A function for each group; further groups take the last.</param>
                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        this.lambdas = [.. lr_lambdas];
                        step();
                    }

                    private Func<int, double> Lambda(int index) => this.lambdas[Math.Min(index, this.lambdas.Count - 1)];

                    private protected override double Next(int index, ILearningRateController group)
                        => group.InitialLearningRate * Lambda(index)(Epoch);
                }
            }

            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                => new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);
        }
    }
}
