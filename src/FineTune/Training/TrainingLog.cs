using FineTune.Data;

namespace FineTune;

/// <summary>Every training of a model since its first compile.</summary>
internal sealed class TrainingLog
{
    private readonly List<LoggedFit> fits = [];

    public IReadOnlyList<LoggedFit> Fits => fits;

    /// <summary>The validation data of the last training that had some.</summary>
    public IDataset? ValidationData { get; private set; }

    /// <summary>The training data of the last training.</summary>
    public IDataset? TrainingData { get; private set; }

    /// <summary>The classes of the last training data that had some, by their numbers.</summary>
    public IReadOnlyList<string>? Classes { get; private set; }

    /// <summary>How the last training data that says so makes its inputs.</summary>
    public Preprocessing? Preprocessing { get; private set; }

    public void Add(CompiledModel compiled, History history, IDataset train, FitOptions options)
    {
        TrainingData = train;
        ValidationData = options.ValidationData ?? ValidationData;
        Classes = ClassNames.Of(train) ?? Classes;
        Preprocessing = train.Preprocessing ?? Preprocessing;
        fits.Add(new LoggedFit(compiled.Phase, history, train.Count, options.Seed, options.BatchSize,
            [.. compiled.Tunable.Layers.Select(layer => new LoggedLayer(
                layer.Name, layer.Kind, layer.ParameterCount, layer.Trainable, layer.StaysInInferenceMode))],
            LoggedSettings.Of(compiled, train, options)));
    }
}

/// <summary>One training: its phase, what happened, the backbone's layers as they were, and how it was asked to be.</summary>
internal sealed record LoggedFit(
    Phase Phase,
    History History,
    int Samples,
    int Seed,
    int BatchSize,
    IReadOnlyList<LoggedLayer> Layers,
    IReadOnlyList<(string What, string? Value)> Settings);

/// <summary>A layer as it was in one training.</summary>
internal sealed record LoggedLayer(string Name, string Kind, long Parameters, bool Trained, bool InInferenceMode);
