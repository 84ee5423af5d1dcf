using Spectre.Console;

namespace FineTune;

/// <summary>A bar for each epoch, with the time that it will still take, loss and metrics: for terminals.</summary>
/// <param name="console">Where to draw.</param>
public sealed class ProgressBar(IAnsiConsole console) : Callback
{
    private EpochBar? bar;

    /// <inheritdoc/>
    public override void OnEpochBegin(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        bar?.Finish();
        bar = new EpochBar(console, ProgressDisplay.Epoch(fit), fit.BatchCount);
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        bar?.Show(fit.Batch + 1, fit.Metrics);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        bar?.Show(fit.BatchCount, fit.Metrics);
        Finish();
    }

    /// <inheritdoc/>
    public override void OnFitEnd(FitContext fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        Finish();
        console.WriteLine(ProgressDisplay.Outcome(fit.History.Outcome));
    }

    /// <inheritdoc/>
    public override void OnWarning(FitContext fit, TrainingWarning warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        console.MarkupLineInterpolated($"[yellow]Warning:[/] {warning.Message}");
    }

    private void Finish()
    {
        bar?.Finish();
        bar = null;
    }

    /// <summary>Keeps a live display open from one call to another, on a thread of its own.</summary>
    private sealed class EpochBar
    {
        private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ProgressTask task;
        private readonly Task display;
        private readonly string title;

        public EpochBar(IAnsiConsole console, string title, int batches)
        {
            this.title = title;
            var started = new TaskCompletionSource<ProgressTask>(TaskCreationOptions.RunContinuationsAsynchronously);
            display = Task.Run(() => console.Progress()
                .AutoClear(false)
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn { Width = 24 },
                    new PercentageColumn(),
                    new RemainingTimeColumn())
                .StartAsync(context =>
                {
                    started.SetResult(context.AddTask(Markup.Escape(title), maxValue: batches));
                    return finished.Task;
                }));
            task = started.Task.GetAwaiter().GetResult();
        }

        public void Show(int batches, IReadOnlyDictionary<string, double> metrics)
        {
            task.Description = Markup.Escape($"{title}  {ProgressDisplay.Values(metrics)}");
            task.Value = batches;
        }

        public void Finish()
        {
            finished.TrySetResult();
            display.GetAwaiter().GetResult();
        }
    }
}
