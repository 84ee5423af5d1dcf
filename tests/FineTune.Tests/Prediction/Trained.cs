using FineTune.Data;
using FineTune.Text;
using FineTune.Tests.Models;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>Models that were trained for an epoch, as they are saved.</summary>
internal static class Trained
{
    private static readonly torchvision.io.Imager Encoder = new torchvision.io.SkiaImager();

    /// <summary>Pictures of noise of several sizes and formats, six of each class.</summary>
    public static ImageFolder Pictures(TemporaryFolder folder, Func<Tensor, Random, Tensor>? augment = null, params string[] classes)
    {
        torch.manual_seed(11);
        foreach (var name in classes is [] ? ["cat", "dog"] : classes)
        {
            Directory.CreateDirectory(folder[$"pictures/{name}"]);
            for (var i = 0; i < 6; i++)
            {
                using var picture = randint(0, 256, [3, 20 + 3 * i, 30 - 2 * i], ScalarType.Byte);
                torchvision.io.write_image(
                    picture,
                    folder[$"pictures/{name}/{i}.{(i % 2 == 0 ? "png" : "jpg")}"],
                    i % 2 == 0 ? torchvision.ImageFormat.Png : torchvision.ImageFormat.Jpeg,
                    Encoder);
            }
        }

        return ImageFolder.Load(
            folder["pictures"],
            new()
            {
                ImageSize = 16,
                Normalization = new([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]),
                Background = (250, 240, 230),
                Augment = augment is null ? [] : [Augmentations.Of(augment)],
            });
    }

    public static string[] PathsOf(TemporaryFolder folder) =>
        [.. Directory.EnumerateFiles(folder["pictures"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public static WordPieceTokenizer Tokenizer(bool lowerCase = true) => WordPieceTokenizer.Load(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Text", "Fixtures", "vocab.txt"), new() { LowerCase = lowerCase });

    public static SentenceTable Sentences(TemporaryFolder folder)
    {
        File.WriteAllText(
            folder["reviews.csv"],
            "text,label\nunaffable the film,good\nlovely,bad\nthe film was the film,odd\nUnaffable!,good\nfilm,bad\nthe the the,odd\n");
        return SentenceTable.Load(folder["reviews.csv"], Tokenizer(), new() { Length = 12 });
    }

    public static CompiledModel Fitted(Pets model, IDataset data, Loss? loss = null)
    {
        model.FreezeBackbone();
        var compiled = model.Compile(
            Optimizers.Adam(1e-2), loss ?? Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        compiled.Fit(data, Toy.Quiet with { Epochs = 2, BatchSize = 4, Seed = 5, ValidationData = data });
        model.UnfreezeLast();
        compiled = model.Recompile();
        compiled.Fit(data, Toy.Quiet with { InitialEpoch = 2, Epochs = 3, BatchSize = 3, Seed = 6, ValidationData = data });
        return compiled;
    }

    public static CompiledModel Fitted(Reviews model, IDataset data)
    {
        var compiled = model.Compile(Optimizers.Adam(1e-1), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        compiled.Fit(data, Toy.Quiet with { Epochs = 2, BatchSize = 2 });
        return compiled;
    }
}
