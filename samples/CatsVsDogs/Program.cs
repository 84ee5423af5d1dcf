using FineTune;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Pictures;
using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CatsVsDogs;

/// <summary>
/// What is fine-tuned: a network that was trained on the photographs of ImageNet, and a new head, which answers with one number for a
/// picture of shape [3, size, size], above 0 for the second class.
/// </summary>
[FineTuneLR(1e-4), UnfreezeLast(20)]
internal sealed partial class PetClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone = Pretrained.ResNet18ImageNet.Create();
    [Head] private readonly Linear head = Linear(Pretrained.ResNet18ImageNet.Architecture.FeatureWidth, 1);

    public PetClassifier() : base(nameof(PetClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>The textbook's recipe: a new head on a frozen backbone, then both together, gently.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => PictureCommand.Run(arguments, Console.Out, Console.Error, Run);

    public static Summary Run(PictureOptions options, TextWriter output, CancellationToken cancellation)
    {
        torch.manual_seed(options.Seed);

        // 1. Pictures: files in train/<class>/ and validation/<class>/, or in <class>/ to be split.
        var pictures = new ImageFolderOptions
        {
            ImageSize = options.ImageSize,
            Normalization = Pretrained.ResNet18ImageNet.Normalization,
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
            ValidationData = validation,
            MaxDamagedSamples = options.MaxDamagedSamples,
            Progress = options.Progress,
            CancellationToken = cancellation,
        };

        // 2. The head learns, on a frozen backbone. Interrupted or killed, the same command goes on where it was.
        using var model = new PetClassifier();
        var backups = options.Backups();
        model.FreezeBackbone();
        output.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}");
        var compiled = model.Compile(Optimizers.Adam(1e-3), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
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

        // 3. The last layers learn too, at a tenth of the rate.
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
        var file = Path.Combine(options.Cache, "pets.finetune");
        compiled.Save(file, new() { Backbone = Pretrained.ResNet18ImageNet.Architecture.Name });
        output.WriteLine($"Saved the model to '{file}'.");
        var report = Path.ChangeExtension(file, ".html");
        compiled.WriteReport(report);
        output.WriteLine($"Wrote curves, layers and mistakes to '{report}'.");
        return new Summary(before, head, fine, FigureProbe.Ask(options, pictures, fit, file));
    }
}
