using System.Text.Json.Nodes;

namespace FineTune;

/// <summary>The numbers of a training run at one moment.</summary>
internal sealed record RunState(
    RunSettings Settings,
    RunPosition Position,
    Dictionary<string, RunRate> LearningRates,
    RunHistory History,
    List<List<double>> Metrics,
    List<double> Divergence,
    List<RunCallback> Callbacks,
    FitOutcome? Stopping,
    FitOutcome? Finished);

/// <summary>What must be the same for a resume to be exact: settings by name, as text.</summary>
internal sealed record RunSettings(List<RunSetting> All)
{
    /// <summary>Each setting that differs, in words.</summary>
    public IEnumerable<string> DifferencesTo(RunSettings now)
    {
        var then = All.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        return now.All
            .Where(setting => then.GetValueOrDefault(setting.Name) != setting.Value)
            .Select(setting => $"{setting.Name} was {then.GetValueOrDefault(setting.Name) ?? "none"} and is {setting.Value ?? "none"}");
    }

    public string? this[string name] => All.Find(setting => setting.Name == name)?.Value;
}

/// <summary>One setting, with its options, in words.</summary>
internal sealed record RunSetting(string Name, string? Value);

/// <summary>The learning rate of a group: that it was compiled with, that it had come to, and what of this was a reduction.</summary>
internal sealed record RunRate(double Initial, double Now, double Reduction);

/// <summary>What a callback of a type knew.</summary>
internal sealed record RunCallback(string Type, JsonObject State);

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
