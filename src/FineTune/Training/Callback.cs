namespace FineTune;

/// <summary>
/// What happens at the named moments of a <c>Fit</c> besides training itself. Override those that matter.
/// </summary>
/// <remarks>
/// Callbacks are called in the order of <see cref="FitOptions.Callbacks"/>. <see cref="OnFitEnd"/> is called whatever
/// ended training, an exception included, for each callback whose <see cref="OnFitBegin"/> was; the exception
/// reaches the caller after that.
/// </remarks>
/// <example><code>
/// sealed class PrintLoss : Callback
/// {
///     public override void OnEpochEnd(FitContext fit) => Console.WriteLine($"epoch {fit.Epoch}: {fit.Metrics["loss"]:F4}");
/// }
/// </code></example>
public abstract class Callback
{
    /// <summary>The names of the values that this callback reports at the end of an epoch, so that others can monitor them.</summary>
    public virtual IReadOnlyList<string> Reports => [];

    /// <summary>Before the first epoch, after all checks. Settings that cannot work are errors here.</summary>
    public virtual void OnFitBegin(FitContext fit)
    {
    }

    /// <summary>Before the first batch of an epoch.</summary>
    public virtual void OnEpochBegin(FitContext fit)
    {
    }

    /// <summary>Before an optimizer step: a learning rate that is set now holds for it.</summary>
    public virtual void OnStepBegin(FitContext fit)
    {
    }

    /// <summary>After each batch, with the epoch's metrics so far.</summary>
    public virtual void OnBatchEnd(FitContext fit)
    {
    }

    /// <summary>After training and validation of an epoch, with its metrics.</summary>
    public virtual void OnEpochEnd(FitContext fit)
    {
    }

    /// <summary>When training has ended, whatever ended it.</summary>
    public virtual void OnFitEnd(FitContext fit)
    {
    }

    /// <summary>When there is something that the user should know.</summary>
    public virtual void OnWarning(FitContext fit, TrainingWarning warning)
    {
    }

    /// <summary>Writes down what the callback knows, for a checkpoint; nothing by default.</summary>
    public virtual void Save(CallbackState state)
    {
    }

    /// <summary>
    /// The callback with the options that matter to training, as <c>EarlyStopping(patience: 2)</c>: a resume compares it. The name of
    /// the type by default.
    /// </summary>
    public override string ToString() => GetType().Name;

    /// <summary>Takes up what <see cref="Save"/> wrote, in a new process, after <see cref="OnFitBegin"/>.</summary>
    public virtual void Restore(FitContext fit, CallbackState state)
    {
    }
}
