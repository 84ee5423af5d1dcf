using System.Diagnostics;
using FineTune.Data;
using FineTune.Vision;
using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>Whether reading pictures keeps the cores busy, and whether training ever waits for it.</summary>
internal static class Decoding
{
    private const int Pictures = 256, Rounds = 7, BatchSize = 32;

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("finetune-decoding-");
        try
        {
            Draw(folder.FullName);
            var pictures = ImageFolder.Load(folder.FullName, new ImageFolderOptions { ImageSize = 64 });
            Console.WriteLine($"Reading {Pictures} JPEG pictures of 256×256 into batches of {BatchSize} of 64×64 (medians of {Rounds})");
            Console.WriteLine();
            Console.WriteLine("| workers | pictures/s | against none | cores busy |");
            Console.WriteLine("|---:|---:|---:|---:|");
            Read(pictures, 0);
            double alone = 0;
            foreach (var workers in new[] { 0, 1, Environment.ProcessorCount })
            {
                (var seconds, var cores) = Median(() => Read(pictures, workers));
                if (workers == 0)
                {
                    alone = seconds;
                }

                Console.WriteLine(
                    FormattableString.Invariant($"| {workers} | {Pictures / seconds:F0} | {alone / seconds:F2} | {cores:F2} |"));
            }

            Console.WriteLine();
            Console.WriteLine("The same with a step of 100 ms for each batch, which no worker helps with: what the training thread waited");
            Console.WriteLine();
            Console.WriteLine("| workers | waited (ms a batch) | step (ms) |");
            Console.WriteLine("|---:|---:|---:|");
            foreach (var workers in new[] { 0, Environment.ProcessorCount })
            {
                Console.WriteLine(
                    FormattableString.Invariant($"| {workers} | {Median(() => (Waited(pictures, workers), 0)).First * 1e3:F1} | 100 |"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Draw(string folder)
    {
        random.manual_seed(1);
        foreach (var kind in (string[])["cat", "dog"])
        {
            Directory.CreateDirectory(Path.Combine(folder, kind));
            for (var i = 0; i < Pictures / 2; i++)
            {
                using var scope = NewDisposeScope();
                var coarse = randint(0, 256, [1, 3, 16, 16]).to_type(ScalarType.Float32);
                var fine = nn.functional.interpolate(
                    coarse, [256, 256], mode: InterpolationMode.Bilinear, align_corners: false).squeeze(0);
                var path = Path.Combine(folder, kind, $"{i:000}.jpg");
                torchvision.io.write_jpeg(fine.to_type(ScalarType.Byte).contiguous(), path, new torchvision.io.SkiaImager());
            }
        }
    }

    private static (double Seconds, double Cores) Read(ImageFolder pictures, int workers)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in Loader(pictures, workers).Epoch(0))
        {
            batch.Dispose();
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds / seconds);
    }

    /// <summary>The seconds a batch for which the thread that trains had none, the first batch left out.</summary>
    private static double Waited(ImageFolder pictures, int workers)
    {
        using var batches = Loader(pictures, workers).Epoch(0).GetEnumerator();
        double waited = 0;
        var count = 0;
        batches.MoveNext();
        do
        {
            Thread.Sleep(100);    // a step on a device of its own
            batches.Current.Dispose();
            var start = Stopwatch.GetTimestamp();
            if (!batches.MoveNext())
            {
                break;
            }

            waited += Stopwatch.GetElapsedTime(start).TotalSeconds;
            count++;
        }
        while (true);
        return waited / count;
    }

    private static BatchLoader Loader(ImageFolder pictures, int workers) =>
        new(pictures, new BatchOptions { BatchSize = BatchSize, Workers = workers });

    private static (double First, double Second) Median(Func<(double First, double Second)> measure) =>
        Enumerable.Range(0, Rounds).Select(_ => measure()).OrderBy(round => round.First).ElementAt(Rounds / 2);
}
