namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>
            /// Sets the learning rate of each group of an optimizer, also of those that join later. Construction is epoch 0,
            /// each step the next one.
            /// </summary>
            public abstract class LRScheduler
            {
                protected int _step_count;
                private readonly bool verbose;

                protected LRScheduler() => Optimizer = null!;

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    (Optimizer, Epoch, this.verbose) = (optimizer, last_epoch, verbose);
                }

                internal Optimizer Optimizer { get; }

                internal int Epoch { get; set; }

                /// <summary>The rates that the groups have now.</summary>
                public IEnumerable<double> get_last_lr() => Optimizer.ParamGroups.Select(group => group.LearningRate);

                public virtual void step() => step(null);

                /// <summary>Goes to the epoch stated, or else to the next one.</summary>
                public virtual void step(int? epoch)
                {
                    _step_count++;
                    Epoch = epoch ?? Epoch + 1;
                    var groups = Optimizer.ParamGroups.ToList();
                    var rates = (epoch is null ? get_lr() : groups.Select((group, i) => At(i, group))).ToList();
                    foreach (var (group, rate) in groups.Zip(rates))
                    {
                        if (this.verbose && group.LearningRate != rate)
                            Console.WriteLine($"Adjusting learning rate to {rate}");
                        group.LearningRate = rate;
                    }
                }

                /// <summary>A step of a scheduler that looks at a quantity, as <see cref="impl.ReduceLROnPlateau"/> does; others do not.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                protected virtual IEnumerable<double> get_lr() => Optimizer.ParamGroups.Select((group, i) => Next(i, group)).ToList();

                /// <summary>The rate in this epoch of a group that has had that of the epoch before.</summary>
                private protected virtual double Next(int index, ILearningRateController group) => group.LearningRate;

                /// <summary>The rate in this epoch, wherever the schedule was before.</summary>
                private protected virtual double At(int index, ILearningRateController group) => Next(index, group);
            }
        }
    }
}
