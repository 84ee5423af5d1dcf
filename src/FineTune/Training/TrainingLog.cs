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

    public void Add(CompiledModel compiled, History history, IDataset train, IDataset? validationData)
    {
        TrainingData = train;
        ValidationData = validationData ?? ValidationData;
        Classes = ClassNames.Of(train) ?? Classes;
        fits.Add(new LoggedFit(compiled.Phase, history,
            [.. compiled.Tunable.Layers.Select(layer => new LoggedLayer(
                layer.Name, layer.Kind, layer.ParameterCount, layer.Trainable, layer.StaysInInferenceMode))]));
    }
}

/// <summary>One training: its phase, what happened, and the backbone's layers as they were.</summary>
internal sealed record LoggedFit(Phase Phase, History History, IReadOnlyList<LoggedLayer> Layers);

/// <summary>A layer as it was in one training.</summary>
internal sealed record LoggedLayer(string Name, string Kind, long Parameters, bool Trained, bool InInferenceMode);
