using System.Diagnostics;
using FineTune.Vision;
using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>What each augmentation adds to reading a picture, on the thread that reads it.</summary>
internal static class Augmenting
{
    private const int Size = 224, Pictures = 60, Rounds = 7;

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("finetune-augmenting-");
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var path = Path.Combine(folder.FullName, "picture.jpg");
            Draw(path);
            var reading = new PicturePreprocessing { ImageSize = Size };
            using var picture = (reading with { Normalization = new([0, 0, 0], [1, 1, 1]) }).Read(path);
            Console.WriteLine(
                $"A JPEG picture of 500×375 to {Size}×{Size}, on one thread (ms a picture; medians of {Rounds} rounds of {Pictures})");
            Console.WriteLine();
            Console.WriteLine("| what | ms |");
            Console.WriteLine("|---|---:|");
            Row("reading it: decoding, resizing, normalizing", _ => reading.Read(path));
            var crop = Augmentations.RandomResizedCrop();
            Row(
                "the same with RandomResizedCrop first",
                random => reading.Read(path, [crop], random));
            foreach (var (name, augmentation) in new[]
            {
                ("RandomResizedCrop of the tensor", crop),
                ("HorizontalFlip", Augmentations.HorizontalFlip(1)),
                ("Rotation, nearest", Augmentations.Rotation(30)),
                ("Rotation, bilinear", Augmentations.Rotation(30, GridSampleMode.Bilinear)),
                ("ColorJitter without hue", Augmentations.ColorJitter(0.4, 0.4, 0.4)),
                ("ColorJitter with hue", Augmentations.ColorJitter(0.4, 0.4, 0.4, 0.1)),
                ("RandomErasing", Augmentations.RandomErasing(1)),
                ("RandAugment(operations: 2)", Augmentations.RandAugment()),
            })
            {
                Row(name, random => augmentation.Apply(picture.alias(), random));
            }
        }
        finally
        {
            set_num_threads(threads);
            folder.Delete(recursive: true);
        }
    }

    private static void Row(string what, Func<Random, Tensor> make)
    {
        var random = new Random(1);
        var times = Enumerable.Range(0, Rounds + 1).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Pictures; i++)
            {
                using var scope = NewDisposeScope();
                using var noGradients = no_grad();
                make(random);
            }

            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Pictures;
        }).Skip(1).Order().ToList();
        Console.WriteLine(FormattableString.Invariant($"| {what} | {times[Rounds / 2]:F2} |"));
    }

    private static void Draw(string path)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        var coarse = randint(0, 256, [1, 3, 25, 30]).to_type(ScalarType.Float32);
        var fine = nn.functional.interpolate(coarse, [375, 500], mode: InterpolationMode.Bilinear, align_corners: false).squeeze(0);
        torchvision.io.write_jpeg(fine.to_type(ScalarType.Byte).contiguous(), path, new torchvision.io.SkiaImager());
    }
}
