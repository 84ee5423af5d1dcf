using FineTune;
using FineTune.SampleSupport;
using FineTune.Vision;
using TorchSharp;

namespace CatsVsDogs;

/// <summary>The textbook's recipe: a new head on a frozen backbone, then both together, gently.</summary>
internal static class Recipe
{
    public static Summary Run(RecipeOptions options, TextWriter output, CancellationToken cancellation = default)
    {
        torch.manual_seed(options.Seed);
        var architecture = options.Backbone;

        // 1. Pictures: files in train/<class>/ and validation/<class>/, or in <class>/ to be split.
        var pictures = new ImageFolderOptions
        {
            ImageSize = architecture.InputSize,
            Normalization = architecture.Normalization,
            Seed = options.Seed,
        };
        (var train, var validation) = ImageFolder.LoadSplit(options.Data ?? options.Animals.Drawn(options.Cache), pictures);
        if (train.Classes.Count != 2)
        {
            throw new FineTuneException($"'{options.Data}' has {train.Classes.Count} classes; this program tells 2 apart.");
        }

        output.WriteLine(
            $"{train.Count} pictures to train on and {validation.Count} to validate on: {string.Join(" or ", train.Classes)}.");
        var fit = new FitOptions
        {
            Seed = options.Seed,
            BatchSize = 16,
            MaxDamagedSamples = options.MaxDamagedSamples,
            Progress = options.Progress,
            CancellationToken = cancellation,
        };

        // 2. A pre-trained backbone, from a file.
        using var source = options.Weights is null ? Pretrain(options, pictures, fit) : null;
        if (source is { WasInterrupted: true })
        {
            return Summary.Nothing;
        }

        using var model = new PetClassifier(architecture.Create(), architecture.FeatureWidth);
        output.WriteLine(model.LoadBackbone(options.Weights ?? source!.Weights));

        // 3. The head learns, on a frozen backbone. Interrupted or killed, the same command goes on where it was.
        var backups = options.Backups();
        model.FreezeBackbone();
        output.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}");
        var compiled = model.Compile(Optimizers.Adam(1e-3), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var head = compiled.Fit(train, fit with
        {
            Epochs = options.Epochs,
            ValidationData = validation,
            Callbacks = [new EarlyStopping(patience: 2)],
            Backup = new(Path.Combine(backups, "head"), everyBatches: 50),
        });
        if (head.Outcome.Reason == StopReason.Cancelled)
        {
            return Summary.Of(head);
        }

        var sourceBefore = source?.Accuracy(source.Weights);

        // 4. The last layers learn too, at a tenth of the rate.
        model.UnfreezeLast();
        foreach (var layer in model.Layers)
        {
            output.WriteLine($"Layer {layer.Index}: {layer.Name} - Trainable: {layer.Trainable}");
        }

        compiled = model.Recompile(options.LearningRate);
        output.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}");
        var fine = compiled.Fit(train, fit with
        {
            InitialEpoch = head.NextEpoch,
            Epochs = head.NextEpoch + options.Epochs,
            ValidationData = validation,
            Callbacks = [new EarlyStopping(patience: 2, restoreBestWeights: true)],
            Backup = new(Path.Combine(backups, "fine-tuning"), everyBatches: 50),
        });

        // 5. What was won, and what was forgotten.
        var weights = Path.Combine(options.Cache, $"cats-vs-dogs-{architecture.Name}.safetensors");
        model.SaveBackbone(weights);
        output.WriteLine($"Saved the backbone to '{weights}'.");
        var file = Path.ChangeExtension(weights, ".finetune");
        compiled.Save(file, new() { Backbone = architecture.Name });
        output.WriteLine($"Saved the model to '{file}'.");
        var report = Path.ChangeExtension(weights, ".html");
        compiled.WriteReport(report);
        output.WriteLine($"Wrote curves, layers and mistakes to '{report}'.");
        if (fine.Outcome.Reason != StopReason.Cancelled)
        {
            Directory.Delete(backups, recursive: true);
        }

        return Summary.Of(head, fine, sourceBefore, source?.Accuracy(weights));
    }

    // What the backbone learns before it sees an animal: to tell figures apart.
    private static SourceTask Pretrain(RecipeOptions options, ImageFolderOptions pictures, FitOptions fit)
    {
        (var train, var validation) = ImageFolder.LoadSplit(options.Figures.Drawn(options.Cache), pictures);
        return SourceTask.Learn(
            options.Backbone.Create(),
            options.Backbone.FeatureWidth,
            train.Classes.Count,
            train,
            fit with { BatchSize = 32, Epochs = options.SourceEpochs, ValidationData = validation },
            Path.Combine(options.Cache, $"figures-{options.Backbone.Name}.safetensors"));
    }
}
