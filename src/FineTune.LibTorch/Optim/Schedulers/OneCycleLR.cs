namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>
                /// Up from a fraction of the greatest rate to it, then down to next to nothing, while momentum goes the other way
                /// (Smith and Topin, arXiv:1708.07120).
                /// </summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly double[] maxima, baseMomentum, maxMomentum;
                    private readonly double divisor, finalDivisor;
                    private readonly int steps;
                    private readonly bool cyclesMomentum;
                    private readonly AnnealStrategy strategy;
                    private readonly Phase[] phases;

                    public OneCycleLR(
                        Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                        AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true,
                        double base_momentum = 0.85, double max_momentum = 0.95,
                        double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(
                            optimizer, [max_lr], total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum,
                            [base_momentum], [max_momentum], div_factor, final_div_factor, three_phase, last_epoch, verbose)
                    {
                    }

                    /// <param name="max_lr">The greatest rate of each group; further groups take the last.</param>
                    /// <exception cref="ArgumentException">No length is stated, or one that makes no sense, or the optimizer has no momentum to cycle.</exception>
                    public OneCycleLR(
                        Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                        AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true,
                        IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null,
                        double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (cycle_momentum && optimizer is not (IMomentum or IBetas))
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        if (pct_start is < 0 or > 1)
                            throw new ArgumentException($"Expected float between 0 and 1 for pct_start, but got {pct_start}");
                        this.steps = total_steps != -1 ? total_steps : epochs * steps_per_epoch;
                        if (this.steps <= 0 || (total_steps == -1 && epochs <= 0))
                            throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch), all of them positive");

                        (this.maxima, this.divisor, this.finalDivisor) = (max_lr.ToArray(), div_factor, final_div_factor);
                        (this.cyclesMomentum, this.strategy) = (cycle_momentum, anneal_strategy);
                        (this.baseMomentum, this.maxMomentum) = (base_momentum?.ToArray() ?? [0.85], max_momentum?.ToArray() ?? [0.95]);
                        double up = pct_start * this.steps;
                        this.phases = three_phase
                            ? [new(up - 1, Level.Initial, Level.Greatest), new(2 * up - 2, Level.Greatest, Level.Initial), new(this.steps - 1, Level.Initial, Level.Least)]
                            : [new(up - 1, Level.Initial, Level.Greatest), new(this.steps - 1, Level.Greatest, Level.Least)];
                        step();
                    }

                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    private enum Level
                    {
                        Initial,
                        Greatest,
                        Least,
                    }

                    private protected override double Next(int index, ILearningRateController group)
                    {
                        if (Epoch > this.steps)
                            throw new InvalidOperationException($"Tried to step {Epoch + 1} times. The specified number of total steps is {this.steps}");
                        int phase = 0;
                        while (phase < this.phases.Length - 1 && Epoch > this.phases[phase].End)
                            phase++;
                        var (end, from, to) = this.phases[phase];
                        double start = phase == 0 ? 0 : this.phases[phase - 1].End;
                        double progress = (Epoch - start) / (end - start);

                        if (this.cyclesMomentum)
                            SetMomentum(group, Anneal(Momentum(from, index), Momentum(to, index), progress));
                        return Anneal(Rate(from, index), Rate(to, index), progress);
                    }

                    private static double Of(double[] values, int index) => values[Math.Min(index, values.Length - 1)];

                    private static void SetMomentum(ILearningRateController group, double momentum)
                    {
                        if (group is IBetas betas)
                            betas.Betas = (momentum, betas.Betas.Item2);
                        else if (group is IMomentum other)
                            other.Momentum = momentum;
                    }

                    private double Momentum(Level level, int index)
                        => Of(level == Level.Greatest ? this.baseMomentum : this.maxMomentum, index);

                    private double Rate(Level level, int index) => level switch
                    {
                        Level.Greatest => Of(this.maxima, index),
                        Level.Initial => Of(this.maxima, index) / this.divisor,
                        _ => Of(this.maxima, index) / this.divisor / this.finalDivisor,
                    };

                    private double Anneal(double start, double end, double progress)
                        => this.strategy == AnnealStrategy.Cos
                            ? end + (start - end) / 2.0 * (Math.Cos(Math.PI * progress) + 1)
                            : (end - start) * progress + start;

                    private readonly record struct Phase(double End, Level From, Level To);
                }
            }

            public static LRScheduler OneCycleLR(
                Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos, bool cycle_momentum = true,
                double base_momentum = 0.85, double max_momentum = 0.95,
                double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                => new impl.OneCycleLR(
                    optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum, max_momentum,
                    div_factor, final_div_factor, three_phase, last_epoch, verbose);

            public static LRScheduler OneCycleLR(
                Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos, bool cycle_momentum = true,
                IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null,
                double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                => new impl.OneCycleLR(
                    optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum, max_momentum,
                    div_factor, final_div_factor, three_phase, last_epoch, verbose);
        }
    }
}
