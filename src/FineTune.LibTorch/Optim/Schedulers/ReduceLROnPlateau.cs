namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Times a factor when a quantity has not improved for more epochs than its patience.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool lower, relative, verbose;
                    private readonly double factor, threshold, eps;
                    private readonly int patience, cooldown;
                    private readonly IList<double>? minima;
                    private double best;
                    private int badEpochs, coolingEpochs;

                    /// <param name="mode">"min" if less is better, "max" if more is.</param>
                    /// <param name="threshold_mode">"rel" if the threshold is a fraction of the best so far, "abs" if it is a difference.</param>
                    /// <exception cref="ArgumentException">The factor is not below 1, or a mode is unknown.</exception>
                    public ReduceLROnPlateau(
                        Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4,
                        string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                        : base(optimizer)
                    {
                        if (factor >= 1.0)
                            throw new ArgumentException("Factor should be < 1.0");
                        if (mode is not ("min" or "max"))
                            throw new ArgumentException($"mode {mode} is unknown!");
                        if (threshold_mode is not ("rel" or "abs"))
                            throw new ArgumentException($"threshold mode {threshold_mode} is unknown!");
                        (this.lower, this.relative, this.verbose) = (mode == "min", threshold_mode == "rel", verbose);
                        (this.factor, this.threshold, this.eps) = (factor, threshold, eps);
                        (this.patience, this.cooldown, this.minima) = (patience, cooldown, min_lr);
                        this.best = this.lower ? double.PositiveInfinity : double.NegativeInfinity;
                    }

                    public override void step(double current, int? epoch = null)
                    {
                        Epoch = epoch ?? Epoch + 1;
                        bool improved = IsBetter(current);
                        if (improved)
                            this.best = current;
                        this.badEpochs = improved ? 0 : this.badEpochs + 1;
                        if (this.coolingEpochs > 0)
                        {
                            this.coolingEpochs--;
                            this.badEpochs = 0;
                        }
                        if (this.badEpochs <= this.patience)
                            return;
                        Reduce();
                        this.coolingEpochs = this.cooldown;
                        this.badEpochs = 0;
                    }

                    /// <exception cref="InvalidOperationException">Always: this scheduler needs the quantity.</exception>
                    public override void step()
                        => throw new InvalidOperationException(
                            "step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    /// <exception cref="InvalidOperationException">Always: this scheduler needs the quantity.</exception>
                    public override void step(int? epoch)
                        => throw new InvalidOperationException(
                            "step(int?) should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    private bool IsBetter(double current) => (this.lower, this.relative) switch
                    {
                        (true, true) => current < this.best * (1 - this.threshold),
                        (true, false) => current < this.best - this.threshold,
                        (false, true) => current > this.best * (this.threshold + 1),
                        (false, false) => current > this.best + this.threshold,
                    };

                    private void Reduce()
                    {
                        int index = 0;
                        foreach (var group in Optimizer.ParamGroups)
                        {
                            double minimum = this.minima is { Count: > 0 } ? this.minima[Math.Min(index, this.minima.Count - 1)] : 0;
                            double rate = Math.Max(group.LearningRate * this.factor, minimum);
                            if (group.LearningRate - rate > this.eps)
                            {
                                group.LearningRate = rate;
                                if (this.verbose)
                                    Console.WriteLine($"Epoch {Epoch}: reducing learning rate of group {index} to {rate:g4}.");
                            }
                            index++;
                        }
                    }
                }
            }

            public static LRScheduler ReduceLROnPlateau(
                Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4,
                string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                => new impl.ReduceLROnPlateau(optimizer, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps, verbose);
        }
    }
}
