using System.Reflection;
using FineTune.Weights;
using TorchSharp;

namespace FineTune;

/// <summary>Writes what was trained to a file that can be used without the training.</summary>
public static class SavedModel
{
    /// <summary>
    /// Writes the whole model to one file, from which <see cref="Predictor"/> predicts: weights, manifest, class names, how inputs are
    /// made of pictures or texts, what the training reached and with what. The file appears whole or not at all.
    /// </summary>
    /// <param name="compiled">The model, after a training. It stays as it is.</param>
    /// <param name="path">Where to, as in <c>pets.finetune</c>; any name does. A file of that name is replaced.</param>
    /// <param name="options">What to write where it is not what the training data and the loss say.</param>
    /// <remarks>
    /// It is a safetensors file: <c>LoadBackbone</c>, <c>LoadWeights</c> and programs in other languages read its weights. Nothing of
    /// the machine that it was trained on is in it: no path, no name of a user.
    /// </remarks>
    /// <exception cref="WeightsFileException">It cannot be written.</exception>
    /// <exception cref="FineTuneException">An option is not what a predictor could work with.</exception>
    /// <example><code>
    /// compiled.Fit(train, new() { Epochs = 10, ValidationData = validation });
    /// compiled.Save("pets.finetune");
    /// </code></example>
    public static void Save(this CompiledModel compiled, string path, SaveOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        var preprocessing = options.Preprocessing ?? compiled.Log.Preprocessing;
        var (activations, classOutput) = Activations(compiled.Loss, options.Activation);
        var description = new ModelDescription
        {
            Info = Info(compiled, options),
            Members = [.. compiled.Manifest.Members.Select(member => member.Name)],
            Outputs = compiled.Manifest.Outputs,
            Activations = activations,
            ClassOutput = classOutput,
            Picture = PictureDescription.Of(preprocessing),
            Text = TextDescription.Of(preprocessing),
        };
        if (description.Fault() is { } fault)
        {
            throw new FineTuneException($"The model cannot be saved to '{path}': {fault}.");
        }

        using var scope = torch.NewDisposeScope();
        ModelFile.Write(path, description, preprocessing, compiled.Model.state_dict());
    }

    private static ModelInfo Info(CompiledModel compiled, SaveOptions options) => new()
    {
        Model = compiled.Manifest.Model,
        Manifest = compiled.Manifest.ToString(),
        Classes = options.Classes ?? compiled.Log.Classes ?? [],
        Backbone = options.Backbone ?? BackboneWeights.SourceOf(compiled.Tunable),
        Loss = compiled.Loss.ToString(),
        Optimizer = compiled.OptimizerConfig.ToString(),
        Trainings = [.. compiled.Log.Fits.Select(fit => new TrainingSummary(
            fit.Phase.ToString(),
            fit.History.Records.Count,
            fit.History.Steps,
            fit.Samples,
            fit.BatchSize,
            fit.Seed,
            fit.History.Outcome.Message))],
        Metrics = Metrics(compiled),
        Library = VersionOf(typeof(SavedModel).Assembly),
        TorchSharp = VersionOf(typeof(torch).Assembly),
        SavedAt = options.SavedAt ?? DateTimeOffset.UtcNow,
    };

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static List<MetricSummary> Metrics(CompiledModel compiled)
    {
        var summaries = new List<MetricSummary>();
        EpochRecord[] records = [.. compiled.Log.Fits.SelectMany(fit => fit.History.Records)];
        foreach (var name in records.SelectMany(record => record.Metrics.Keys).Distinct())
        {
            var values = records.Where(record => record.Metrics.ContainsKey(name)).Select(record => (Value: record[name], record.Epoch));
            (double Value, int Epoch)? best = compiled.DirectionOf(name) switch
            {
                MetricDirection.HigherIsBetter => values.MaxBy(value => value.Value),
                MetricDirection.LowerIsBetter => values.MinBy(value => value.Value),
                _ => null,
            };
            summaries.Add(new MetricSummary(name, values.Last().Value, best?.Value, best?.Epoch));
        }

        return summaries;
    }

    private static (OutputActivation[] Activations, int ClassOutput) Activations(Loss loss, OutputActivation? stated)
    {
        var classOutput = Inference.OfClasses(loss)?.Output ?? 0;
        var activations = new OutputActivation[Math.Max(classOutput, loss.Terms.Select(term => term.Output).DefaultIfEmpty().Max()) + 1];
        foreach (var term in loss.Terms)
        {
            activations[term.Output] = LossActivation.Of(term.Loss);
        }

        activations[classOutput] = stated ?? activations[classOutput];
        return (activations, classOutput);
    }
}
