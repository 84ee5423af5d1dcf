using FineTune;
using FineTune.Data;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Sentences;
using FineTune.Text;
using TorchSharp;

namespace TextSentiment;

/// <summary>The recipe of pictures, on sentences: a new head on a frozen backbone, then both together, gently.</summary>
internal static class Recipe
{
    public static Summary Run(RecipeOptions options, TextWriter output, CancellationToken cancellation = default)
    {
        torch.manual_seed(options.Seed);

        // 1. Sentences: a column of text and one of classes, cut into the pieces that the backbone knows.
        var tokenizer = WordPieceTokenizer.Load(
            options.Vocabulary ?? SentenceSet.Vocabulary(options.Cache), new() { LowerCase = options.Backbone?.LowerCase ?? true });
        var architecture = options.BackboneFor(tokenizer);
        var sentences = SentenceTable.Load(
            options.Data ?? options.Reviews.Written(options.Cache),
            tokenizer,
            new()
            {
                Text = options.Text,
                Target = options.Target,
                Length = options.Length,
            });
        if (sentences.Classes.Count != 2)
        {
            throw new FineTuneException($"'{options.Data}' has {sentences.Classes.Count} classes; this program tells 2 apart.");
        }

        (var train, var validation) = ClassifiedSubset.Split(sentences, seed: options.Seed);
        output.WriteLine(
            $"{train.Count} sentences to train on and {validation.Count} to validate on: {string.Join(" or ", sentences.Classes)}.");
        var fit = new FitOptions
        {
            Seed = options.Seed,
            BatchSize = 32,
            Progress = options.Progress,
            CancellationToken = cancellation,
        };

        // 2. A pre-trained backbone, from a file.
        using var source = options.Weights is null ? Pretrain(options, architecture, tokenizer, fit) : null;
        if (source is { WasInterrupted: true })
        {
            return Summary.Nothing;
        }

        using var model = new ReviewClassifier(architecture.Create(), architecture.FeatureWidth);
        output.WriteLine(model.LoadBackbone(options.Weights ?? source!.Weights));

        // 3. The head learns, on a frozen backbone. Interrupted or killed, the same command goes on where it was.
        var backups = options.Backups();
        model.FreezeBackbone();
        output.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}");
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
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

        // 4. The last blocks learn too, at a tenth of the rate.
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
        var weights = Path.Combine(options.Cache, $"sentiment-{architecture.Name}.safetensors");
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

    // What the backbone learns before it sees an opinion: what a sentence is about, and in which words.
    private static SourceTask Pretrain(
        RecipeOptions options,
        TransformerArchitecture architecture,
        WordPieceTokenizer tokenizer,
        FitOptions fit)
    {
        var sentences = SentenceTable.Load(options.Topics.Written(options.Cache), tokenizer, new() { Length = options.Length });
        (var train, var validation) = ClassifiedSubset.Split(sentences, seed: options.Seed);
        return SourceTask.Learn(
            architecture.Create(),
            architecture.FeatureWidth,
            sentences.Classes.Count,
            train,
            fit with { Epochs = options.SourceEpochs, ValidationData = validation },
            Path.Combine(options.Cache, $"topics-{architecture.Name}.safetensors"));
    }
}
