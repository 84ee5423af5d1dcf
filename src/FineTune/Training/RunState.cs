using System.Text.Json.Nodes;

namespace FineTune;

/// <summary>The numbers of a training run at one moment.</summary>
internal sealed record RunState(
    RunSettings Settings,
    RunPosition Position,
    Dictionary<string, double> LearningRates,
    RunHistory History,
    List<List<double>> Metrics,
    List<double> Divergence,
    List<JsonObject> Callbacks,
    FitOutcome? Stopping,
    FitOutcome? Finished);

/// <summary>What must be the same for a resume to be exact.</summary>
internal sealed record RunSettings(
    string Model,
    string Phase,
    string Optimizer,
    string Loss,
    string Metrics,
    string Trainable,
    string Callbacks,
    int Samples,
    int InitialEpoch,
    int Epochs,
    int BatchSize,
    bool Shuffle,
    int Seed,
    bool DropLast,
    int AccumulateBatches,
    double? ClipNorm,
    double? ClipValue,
    string? SampleWeights,
    string? SamplingWeights,
    int Threads,
    string Library)
{
    /// <summary>Each setting that differs, in words.</summary>
    public IEnumerable<string> DifferencesTo(RunSettings now)
    {
        var then = Named().ToList();
        return then.Zip(now.Named())
            .Where(pair => !Equals(pair.First.Value, pair.Second.Value))
            .Select(pair =>
                FormattableString.Invariant($"{pair.First.Name} was {pair.First.Value ?? "none"} and is {pair.Second.Value ?? "none"}"));
    }

    private IEnumerable<(string Name, object? Value)> Named() =>
        [
            (nameof(Model), Model),
            (nameof(Phase), Phase),
            (nameof(Optimizer), Optimizer),
            (nameof(Loss), Loss),
            (nameof(Metrics), Metrics),
            (nameof(Trainable), Trainable),
            (nameof(Callbacks), Callbacks),
            (nameof(Samples), Samples),
            (nameof(InitialEpoch), InitialEpoch),
            (nameof(Epochs), Epochs),
            (nameof(BatchSize), BatchSize),
            (nameof(Shuffle), Shuffle),
            (nameof(Seed), Seed),
            (nameof(DropLast), DropLast),
            (nameof(AccumulateBatches), AccumulateBatches),
            (nameof(ClipNorm), ClipNorm),
            (nameof(ClipValue), ClipValue),
            (nameof(SampleWeights), SampleWeights),
            (nameof(SamplingWeights), SamplingWeights),
            (nameof(Threads), Threads),
            (nameof(Library), Library),
        ];
}

/// <summary>Where a run stands: the next batch, and what waits for a step.</summary>
internal sealed record RunPosition(
    int Epoch, int Batch, int Step, int Samples, int PendingBatches, double PendingSum, double PendingWeight, double Seconds)
{
    public bool IsInEpoch => Batch > 0;
}

/// <summary>A <see cref="History"/> as it is written.</summary>
internal sealed record RunHistory(List<RunEpoch> Epochs, List<TrainingWarning> Warnings, long Steps)
{
    public static RunHistory Of(History history) => new(
        [.. history.Records.Select(record => new RunEpoch(
            record.Epoch, new(record.Metrics), new(record.LearningRates), record.Seconds, record.SamplesPerSecond))],
        [.. history.Warnings],
        history.Steps);

    public void Restore(History history, Phase phase)
    {
        Epochs.ForEach(epoch => history.Add(new EpochRecord(
            epoch.Epoch, phase, epoch.Metrics, epoch.LearningRates, epoch.Seconds, epoch.SamplesPerSecond)));
        Warnings.ForEach(history.Add);
        history.Steps = Steps;
    }
}

/// <summary>An <see cref="EpochRecord"/> as it is written; the phase is the run's.</summary>
internal sealed record RunEpoch(
    int Epoch,
    Dictionary<string, double> Metrics,
    Dictionary<string, double> LearningRates,
    double Seconds,
    double SamplesPerSecond);
