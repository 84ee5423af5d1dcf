using System.Globalization;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

/// <summary>A training on features of <see cref="FeatureMiB"/> MiB, and the most memory that the process takes meanwhile.</summary>
internal static class FeaturesInMemory
{
    /// <summary>A MiB a sample.</summary>
    public const int FeatureMiB = 224;

    /// <summary>The child's side.</summary>
    /// <param name="folder">Where files go; empty for files that are gone afterwards.</param>
    /// <param name="place">Where features are kept.</param>
    /// <param name="budget">The MiB of memory that they may take.</param>
    public static string Train(string folder, FeatureStorage place, int budget)
    {
        torch.manual_seed(1);
        using var model = new Broad();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(1e-6), Losses.BinaryCrossEntropyWithLogits());
        var options = Toy.Quiet with
        {
            Epochs = 2,
            BatchSize = 4,
            Workers = 1,
            FeatureCache = new() { Storage = place, MaxBytes = (long)budget << 20, Folder = folder.Length == 0 ? null : folder },
        };

        // What the code itself takes is there before, and what a step takes.
        compiled.Fit(Toy.Points(8), options with { FeatureCache = new() { Storage = FeatureStorage.Off } });
        using var most = new MostMemory();
        var history = compiled.Fit(Toy.Points(FeatureMiB), options);
        var use = history.FeatureCaches.Single();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{most.MiB} {use.Kind} {use.Reused} {string.Join(' ', history.Warnings.Select(warning => warning.Kind))}");
    }

    /// <summary>Looks every millisecond, or as often as it may, at how much more memory the process has than at the start.</summary>
    private sealed class MostMemory : IDisposable
    {
        private readonly CancellationTokenSource source = new();
        private readonly Thread thread;
        private readonly long before = ProcessMemory.Resident;
        private long most;

        public MostMemory()
        {
            thread = new Thread(() =>
            {
                while (!source.Token.WaitHandle.WaitOne(1))
                {
                    Look();
                }
            })
            { IsBackground = true };
            thread.Start();
        }

        public long MiB
        {
            get
            {
                Look();
                return (Interlocked.Read(ref most) - before) >> 20;
            }
        }

        public void Dispose()
        {
            source.Cancel();
            thread.Join();
            source.Dispose();
        }

        private void Look()
        {
            lock (source)
            {
                most = Math.Max(most, ProcessMemory.Resident);
            }
        }
    }
}
