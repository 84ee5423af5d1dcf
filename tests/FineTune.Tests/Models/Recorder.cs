namespace FineTune.Tests.Models;

/// <summary>Notes every moment of a fit, and does what it is told at one of them.</summary>
internal sealed class Recorder(string name = "") : Callback
{
    public List<string> Moments { get; } = [];

    public List<TrainingWarning> Warnings { get; } = [];

    public Action<FitContext>? AtFitBegin { get; init; }

    public Action<FitContext>? AtEpochBegin { get; init; }

    public Action<FitContext>? AtStepBegin { get; init; }

    public Action<FitContext>? AtBatchEnd { get; init; }

    public Action<FitContext>? AtEpochEnd { get; init; }

    public Action<FitContext>? AtFitEnd { get; init; }

    public List<string>? Shared { get; init; }

    public override void OnFitBegin(FitContext fit) => Note("fit begin", AtFitBegin, fit);

    public override void OnEpochBegin(FitContext fit) => Note($"epoch {fit.Epoch} begin", AtEpochBegin, fit);

    public override void OnStepBegin(FitContext fit) => Note($"step {fit.Step} begin", AtStepBegin, fit);

    public override void OnBatchEnd(FitContext fit) => Note($"batch {fit.Batch} end", AtBatchEnd, fit);

    public override void OnEpochEnd(FitContext fit) => Note($"epoch {fit.Epoch} end", AtEpochEnd, fit);

    public override void OnFitEnd(FitContext fit) => Note("fit end", AtFitEnd, fit);

    public override void OnWarning(FitContext fit, TrainingWarning warning) => Warnings.Add(warning);

    private void Note(string moment, Action<FitContext>? action, FitContext fit)
    {
        Moments.Add(moment);
        Shared?.Add($"{name}: {moment}");
        action?.Invoke(fit);
    }
}
