using FineTune;
using FineTune.Data;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Sentences;
using FineTune.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TextSentiment;

/// <summary>
/// What is fine-tuned: a transformer that was trained on a billion pairs of English sentences, and a new head, which answers with one
/// number for a sentence of shape [length], above 0 for the second class.
/// </summary>
[FineTuneLR(1e-4), UnfreezeLast(2, Unit = LayerUnit.Block)]
internal sealed partial class ReviewClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone = Pretrained.MiniLM.Create();
    [Head] private readonly Linear head = Linear(Pretrained.MiniLM.Architecture.FeatureWidth, 1);

    public ReviewClassifier() : base(nameof(ReviewClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>The recipe of pictures, on sentences: a new head on a frozen backbone, then both together, gently.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => SentenceCommand.Run(arguments, Console.Out, Console.Error, Run);

    public static Summary Run(SentenceSampleOptions options, TextWriter output, CancellationToken cancellation)
    {
        torch.manual_seed(options.Seed);

        // 1. Sentences: a column of text and one of classes, cut into the pieces that the backbone knows.
        var tokenizer = Pretrained.MiniLM.Tokenizer();
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
            ValidationData = validation,
            Progress = options.Progress,
            CancellationToken = cancellation,
        };

        // 2. The head learns, on a frozen backbone. Interrupted or killed, the same command goes on where it was.
        using var model = new ReviewClassifier();
        var backups = options.Backups();
        model.FreezeBackbone();
        output.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}");
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var before = compiled.Evaluate(validation);
        var head = compiled.Fit(train, fit with
        {
            Epochs = options.Epochs,
            Callbacks = [new EarlyStopping(patience: 2)],
            Backup = new(Path.Combine(backups, "head"), everyBatches: 50),
        });
        if (head.Outcome.Reason == StopReason.Cancelled)
        {
            return new Summary(before, head);
        }

        // 3. The last blocks learn too, at a tenth of the rate.
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
            Callbacks = [new EarlyStopping(patience: 2, restoreBestWeights: true)],
            Backup = new(Path.Combine(backups, "fine-tuning"), everyBatches: 50),
        });
        if (fine.Outcome.Reason == StopReason.Cancelled)
        {
            return new Summary(before, head, fine);
        }

        // 4. What was won, and what was forgotten.
        Directory.Delete(backups, recursive: true);
        var file = Path.Combine(options.Cache, "reviews.finetune");
        compiled.Save(file, new() { Backbone = Pretrained.MiniLM.Architecture.Name });
        output.WriteLine($"Saved the model to '{file}'.");
        var report = Path.ChangeExtension(file, ".html");
        compiled.WriteReport(report);
        output.WriteLine($"Wrote curves, layers and mistakes to '{report}'.");
        return new Summary(before, head, fine, TopicProbe.Ask(options, tokenizer, fit, file));
    }
}
