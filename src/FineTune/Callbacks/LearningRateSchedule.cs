namespace FineTune;

/// <summary>
/// Multiplies the rate that each group was compiled with by a factor that changes over training. Every group is
/// covered, whatever its rate.
/// </summary>
/// <remarks>
/// Time is counted in epochs or in steps of this <c>Fit</c>, from 0; what a schedule sets at the beginning of an
/// epoch or a step holds for it.
/// </remarks>
/// <example><code>
/// Callbacks = [LearningRateSchedule.Cosine(warmup: 1, per: SchedulePer.Step)]
/// </code></example>
public sealed class LearningRateSchedule : Callback
{
    private readonly Func<ScheduleTime, double> factor;
    private readonly SchedulePer per;
    private readonly string description;
    private readonly bool dependsOnLength;
    private int? length;

    private LearningRateSchedule(Func<ScheduleTime, double> factor, SchedulePer per, FormattableString description, bool dependsOnLength)
    {
        this.factor = factor;
        this.per = per;
        this.description = FormattableString.Invariant(description);
        this.dependsOnLength = dependsOnLength;
    }

    /// <summary>A schedule of one's own.</summary>
    /// <param name="factor">The factor at a time; 1 is the rate that was compiled with.</param>
    /// <param name="per">Whether it is asked at each epoch or at each step.</param>
    public static LearningRateSchedule Of(Func<ScheduleTime, double> factor, SchedulePer per = SchedulePer.Epoch)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return new LearningRateSchedule(factor, per, $"Of(a function, per: {per})", dependsOnLength: true);
    }

    /// <summary>The rate that was compiled with, after a linear warm-up.</summary>
    /// <param name="warmup">Epochs of warm-up; the rate reaches its full height as they end.</param>
    /// <param name="per">Whether it changes at each epoch or at each step.</param>
    public static LearningRateSchedule Constant(double warmup = 0, SchedulePer per = SchedulePer.Step)
    {
        ThrowUnlessWarmup(warmup);
        return new LearningRateSchedule(
            time => Warmup(time, warmup, per), per, $"Constant(warmup: {warmup}, per: {per})", dependsOnLength: false);
    }

    /// <summary>Multiplied by <paramref name="gamma"/> every so many epochs, as PyTorch's <c>StepLR</c>.</summary>
    /// <param name="every">Epochs between two drops, at least 1.</param>
    /// <param name="gamma">The factor of a drop, above 0.</param>
    public static LearningRateSchedule Step(int every, double gamma = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gamma);
        return new LearningRateSchedule(
            time => Math.Pow(gamma, Math.Floor(time.Epochs / every)),
            SchedulePer.Epoch,
            $"Step(every: {every}, gamma: {gamma})",
            dependsOnLength: false);
    }

    /// <summary>Multiplied by <paramref name="gamma"/> once an epoch (evenly over it, per step).</summary>
    /// <param name="gamma">The factor of an epoch, above 0.</param>
    /// <param name="per">Whether it changes at each epoch or at each step.</param>
    public static LearningRateSchedule Exponential(double gamma, SchedulePer per = SchedulePer.Epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gamma);
        return new LearningRateSchedule(
            time => Math.Pow(gamma, time.Epochs), per, $"Exponential(gamma: {gamma}, per: {per})", dependsOnLength: false);
    }

    /// <summary>
    /// A linear warm-up, then half a cosine down to <paramref name="floor"/> at the end of training (Loshchilov and
    /// Hutter, 2017, without restarts).
    /// </summary>
    /// <param name="warmup">Epochs of warm-up.</param>
    /// <param name="floor">The factor at the end, from 0 to 1.</param>
    /// <param name="per">Whether it changes at each epoch or at each step.</param>
    public static LearningRateSchedule Cosine(double warmup = 0, double floor = 0, SchedulePer per = SchedulePer.Step)
    {
        ThrowUnlessWarmup(warmup);
        ThrowUnlessFraction(floor, nameof(floor));
        return new LearningRateSchedule(
            time => time.Epochs < warmup
                ? Warmup(time, warmup, per)
                : Between(1, floor, (time.Epochs - warmup) / (time.TotalEpochs - warmup)),
            per,
            $"Cosine(warmup: {warmup}, floor: {floor}, per: {per})",
            dependsOnLength: true);
    }

    /// <summary>
    /// One cycle (Smith and Topin, 2018): half a cosine up from 1 / <paramref name="startDivisor"/> to the rate that
    /// was compiled with, then half a cosine down to 1 / (<paramref name="startDivisor"/> ·
    /// <paramref name="endDivisor"/>), step by step, with PyTorch's <c>OneCycleLR</c> defaults.
    /// </summary>
    /// <param name="rising">The fraction of training in which the rate rises, above 0 and below 1.</param>
    /// <param name="startDivisor">How many times lower the first rate is.</param>
    /// <param name="endDivisor">How many times lower than the first the last one is.</param>
    public static LearningRateSchedule OneCycle(double rising = 0.3, double startDivisor = 25, double endDivisor = 1e4)
    {
        if (!(rising > 0 && rising < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rising), rising, "The rising fraction must be above 0 and below 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(startDivisor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(endDivisor, 1);
        var start = 1 / startDivisor;
        var end = start / endDivisor;
        return new LearningRateSchedule(
            time =>
            {
                // As in PyTorch, the last step gets the last rate, and the peak may fall between two steps.
                double last = time.TotalSteps - 1;
                var peak = rising * time.TotalSteps - 1;
                return time.Steps <= peak
                    ? Between(start, 1, peak == 0 ? 1 : time.Steps / peak)
                    : Between(1, end, (time.Steps - peak) / (last - peak));
            },
            SchedulePer.Step,
            $"OneCycle(rising: {rising}, startDivisor: {startDivisor}, endDivisor: {endDivisor})",
            dependsOnLength: true);
    }

    /// <inheritdoc/>
    /// <exception cref="FineTuneException">There is another schedule, of which each would undo what the other sets.</exception>
    public override void OnFitBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.Options.Callbacks.OfType<LearningRateSchedule>().FirstOrDefault(other => other != this) is { } other)
        {
            throw new FineTuneException(
                $"There are two learning-rate schedules, {this} and {other}, and each would undo what the other sets; keep one, "
                    + "or put both into one function with LearningRateSchedule.Of.");
        }

        length = null;
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext fit)
    {
        if (per == SchedulePer.Epoch)
        {
            Set(fit);
        }
    }

    /// <inheritdoc/>
    public override void OnStepBegin(FitContext fit)
    {
        if (per == SchedulePer.Step)
        {
            Set(fit);
        }
    }

    /// <inheritdoc/>
    public override void Save(CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("length", length);
    }

    /// <inheritdoc/>
    public override void Restore(FitContext fit, CallbackState state)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(state);
        var now = fit.Options.Epochs - fit.Options.InitialEpoch;
        if (dependsOnLength && state.Get<int?>("length") is { } then && then != now)
        {
            fit.Warn(new TrainingWarning(
                WarningKind.ResumedWithDifferences,
                $"The schedule {this} was drawn over {then} epochs and is now drawn over {now}: rates from here on are not those "
                    + "that either would have had."));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(LearningRateSchedule)}.{description}";

    // The first epoch, or step, already gets a share: a rate of zero would teach nothing.
    private static double Warmup(ScheduleTime time, double warmup, SchedulePer per) => Math.Min(1, per == SchedulePer.Epoch
        ? (time.Epochs + 1) / warmup
        : (time.Steps + 1) / (warmup * time.StepsPerEpoch));

    private static double Between(double from, double to, double progress) =>
        to + (from - to) * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))) / 2;

    private static void ThrowUnlessWarmup(double warmup)
    {
        if (!double.IsFinite(warmup) || warmup < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup, "A warm-up must take a finite number of epochs, not below 0.");
        }
    }

    private static void ThrowUnlessFraction(double fraction, string parameter)
    {
        if (!(fraction >= 0 && fraction <= 1))
        {
            throw new ArgumentOutOfRangeException(parameter, fraction, "The factor must be from 0 to 1.");
        }
    }

    private void Set(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var epochs = fit.Epoch - fit.Options.InitialEpoch;
        length = fit.Options.Epochs - fit.Options.InitialEpoch;
        var time = new ScheduleTime(
            epochs * (long)fit.StepCount + (per == SchedulePer.Step ? fit.Step : 0),
            fit.StepCount,
            fit.Options.Epochs - fit.Options.InitialEpoch);
        var now = factor(time);
        foreach (var group in fit.LearningRates)
        {
            group.Schedule(group.Initial * now);
        }
    }
}

/// <summary>How often a schedule changes the rate.</summary>
public enum SchedulePer
{
    /// <summary>Once an epoch, at its beginning.</summary>
    Epoch,

    /// <summary>Before every optimizer step.</summary>
    Step,
}

/// <summary>Where a schedule stands in a <c>Fit</c>.</summary>
/// <param name="Steps">Optimizer steps taken.</param>
/// <param name="StepsPerEpoch">Optimizer steps of an epoch.</param>
/// <param name="TotalEpochs">Epochs from the initial one to the last.</param>
public readonly record struct ScheduleTime(long Steps, int StepsPerEpoch, int TotalEpochs)
{
    /// <summary>Epochs gone by, in fractions.</summary>
    public double Epochs => (double)Steps / StepsPerEpoch;

    /// <summary>Optimizer steps of the whole training.</summary>
    public long TotalSteps => (long)TotalEpochs * StepsPerEpoch;
}
