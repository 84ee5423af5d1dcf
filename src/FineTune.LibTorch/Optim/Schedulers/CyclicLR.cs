namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>To and fro between two rates, while momentum goes the other way (Smith, arXiv:1506.01186).</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly double[] minima, maxima, baseMomentum, maxMomentum;
                    private readonly double period, upFraction;
                    private readonly bool cyclesMomentum, scalesByCycle;
                    private readonly Func<double, double> scale;

                    public CyclicLR(
                        Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1,
                        Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null,
                        ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true,
                        double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false)
                        : this(
                            optimizer, [base_lr], [max_lr], step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum,
                            [base_momentum], [max_momentum], last_epoch, verbose)
                    {
                    }

                    /// <param name="base_lr">The least rate of each group; further groups take the last.</param>
                    /// <param name="max_lr">The greatest rate of each group; further groups take the last.</param>
                    /// <exception cref="ArgumentException">The optimizer has no momentum to cycle.</exception>
                    public CyclicLR(
                        Optimizer optimizer, IEnumerable<double> base_lr, IEnumerable<double> max_lr, int step_size_up = 2000, int step_size_down = -1,
                        Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null,
                        ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true,
                        IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (cycle_momentum && optimizer is not IMomentum)
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        double down = step_size_down == -1 ? step_size_up : step_size_down;
                        (this.period, this.upFraction) = (step_size_up + down, step_size_up / (step_size_up + down));
                        (this.minima, this.maxima, this.cyclesMomentum) = (base_lr.ToArray(), max_lr.ToArray(), cycle_momentum);
                        (this.baseMomentum, this.maxMomentum) = (base_momentum?.ToArray() ?? [0.8], max_momentum?.ToArray() ?? [0.9]);
                        this.scale = scale_fn ?? mode switch
                        {
                            Mode.Triangular2 => cycle => 1 / Math.Pow(2, cycle - 1),
                            Mode.ExpRange => iteration => Math.Pow(gamma, iteration),
                            _ => _ => 1,
                        };
                        this.scalesByCycle = scale_fn is null ? mode != Mode.ExpRange : scale_mode == ScaleMode.Cycle;
                        step();
                    }

                    public enum Mode
                    {
                        Triangular,
                        Triangular2,
                        ExpRange,
                    }

                    public enum ScaleMode
                    {
                        Cycle,
                        Iterations,
                    }

                    private protected override double Next(int index, ILearningRateController group)
                    {
                        double cycle = Math.Floor(1 + Epoch / this.period);
                        double x = 1 + Epoch / this.period - cycle;
                        double height = (x <= this.upFraction ? x / this.upFraction : (x - 1) / (this.upFraction - 1))
                            * this.scale(this.scalesByCycle ? cycle : Epoch);
                        if (this.cyclesMomentum && group is IMomentum momentum)
                            momentum.Momentum = Of(this.maxMomentum, index) - (Of(this.maxMomentum, index) - Of(this.baseMomentum, index)) * height;
                        return Of(this.minima, index) + (Of(this.maxima, index) - Of(this.minima, index)) * height;
                    }

                    private static double Of(double[] values, int index) => values[Math.Min(index, values.Length - 1)];
                }
            }

            public static LRScheduler CyclicLR(
                Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1,
                impl.CyclicLR.Mode mode = impl.CyclicLR.Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null,
                impl.CyclicLR.ScaleMode scale_mode = impl.CyclicLR.ScaleMode.Cycle, bool cycle_momentum = true,
                double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false)
                => new impl.CyclicLR(
                    optimizer, base_lr, max_lr, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum, base_momentum, max_momentum,
                    last_epoch, verbose);

            public static LRScheduler CyclicLR(
                Optimizer optimizer, IEnumerable<double> base_lr, IEnumerable<double> max_lr, int step_size_up = 2000, int step_size_down = -1,
                impl.CyclicLR.Mode mode = impl.CyclicLR.Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null,
                impl.CyclicLR.ScaleMode scale_mode = impl.CyclicLR.ScaleMode.Cycle, bool cycle_momentum = true,
                IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, int last_epoch = -1, bool verbose = false)
                => new impl.CyclicLR(
                    optimizer, base_lr, max_lr, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum, base_momentum, max_momentum,
                    last_epoch, verbose);
        }
    }
}
