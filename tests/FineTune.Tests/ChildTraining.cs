using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

/// <summary>A training in a process of its own, and what can happen to it there.</summary>
internal static partial class ChildTraining
{
    public const int Misused = 2;
    public const int Stopped = 3;
    public const int Failed = 4;

    /// <summary>Lets the training end, and prints all of its checkpoints too.</summary>
    public const string Complete = "complete";

    /// <summary>Cancels it after a batch.</summary>
    public const string Cancel = "cancel";

    /// <summary>Kills the process after a batch, before that is backed up.</summary>
    public const string Kill = "kill";

    /// <summary>Says when each batch is done, and waits after one for a signal to stop it.</summary>
    public const string Awaiting = "awaiting";

    /// <summary>Allows no file of more than a kilobyte from a batch on, as a full disk does.</summary>
    public const string FullDisk = "full-disk";

    /// <summary>Takes away the right to write to the folder from a batch on.</summary>
    public const string ReadOnly = "read-only";

    /// <summary>Trains with features in the folder, and says how many it computed, what warnings there were, and the losses.</summary>
    public const string Features = "features";

    /// <summary>The same where no file may have more than a few kilobytes.</summary>
    public const string FeaturesOnFullDisk = "features-full-disk";

    /// <summary>
    /// Trains on features in a place, and says what memory it took; the rest of the name is the place, the batch the MiB it may take.
    /// </summary>
    public const string Memory = "memory-";

    /// <summary>Takes a step, and says by how many bytes the process grew meanwhile; the rest of the name is the phase.</summary>
    public const string Step = "step-";

    /// <summary>Trains some hundred steps, and says what memory it took; the rest of the name is a <see cref="LongTraining"/>.</summary>
    public const string Long = "long-";

    /// <summary>Trains convolutions whose channels are no multiple of 16, and says the losses.</summary>
    public const string Convolutions = "convolutions";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private const int SizeOfFiles = 1;
    private const int SizeExceeded = 25;
    private const uint Nobody = 65534;

    // rwxr-xr-x and r-xr-xr-x
    private const uint ForWriting = 0b111_101_101;
    private const uint ForReading = 0b101_101_101;

    /// <summary>The child's side.</summary>
    public static string? Run(string folder, string what, int batch, CancellationToken token)
    {
        switch (what)
        {
            case Complete:
                return $"{TwoPhases.Train(folder)}\n{TwoPhases.Checkpoints(folder)}";
            case Features:
                return TrainOnFeatures(folder);
            case Convolutions:
                return TrainConvolutions();
            case FeaturesOnFullDisk:
                LimitFiles(5000);
                return TrainOnFeatures(folder);
            case var place when place.StartsWith(Memory, StringComparison.Ordinal):
                return FeaturesInMemory.Train(folder, Enum.Parse<FeatureStorage>(place[Memory.Length..]), batch);
            case var phase when phase.StartsWith(Step, StringComparison.Ordinal):
                return WideStep.Growth(phase[Step.Length..] == "full" ? Phase.Full : Phase.Head).ToString(CultureInfo.InvariantCulture);
            case var training when training.StartsWith(Long, StringComparison.Ordinal):
                var (settings, byHand) = LongTraining.Parse(training[Long.Length..]);
                return settings.Run(byHand).ToString();
            case Cancel:
                return TwoPhases.Train(folder, stopAtBatch: batch);
            case Awaiting:
                return TwoPhases.Train(folder, token: token, atBatch: done =>
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"batch {done}"));
                    if (done == batch)
                    {
                        token.WaitHandle.WaitOne(LongestWait);
                    }
                });
            default:
                return TwoPhases.Train(folder, atBatch: done =>
                {
                    if (done == batch)
                    {
                        Strike(folder, what);
                    }
                });
        }
    }

    /// <summary>The parent's side: runs a child to its end.</summary>
    /// <returns>What it printed after its first line, and the code that it ended with.</returns>
    public static (string Output, int ExitCode) Start(
        string folder, string what, int batch = 0, Action<Process>? during = null, params string[] environment)
    {
        // A shell lets what it runs in the background ignore Ctrl-C, and children inherit that.
        string[] arguments =
        [
            "--default-signal=INT", .. environment, Environment.ProcessPath!, "exec", typeof(ChildTraining).Assembly.Location,
            "train", folder, what, batch.ToString(CultureInfo.InvariantCulture),
        ];
        using var child = Process.Start(new ProcessStartInfo("env", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = child.StandardError.ReadToEndAsync();
        Assert.That(child.StandardOutput.ReadLine(), Is.EqualTo("ready"), () => errors.Result);
        during?.Invoke(child);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (output.TrimEnd('\n'), child.ExitCode);
    }

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(Process process, int signal) => Assert.That(SendSignal(process.Id, signal), Is.Zero);

    /// <summary>Gives back the right to write to a folder.</summary>
    public static void AllowWriting(string folder) => SetMode(folder, ForWriting);

    private static void Strike(string folder, string what)
    {
        switch (what)
        {
            case Kill:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                Thread.Sleep(Timeout.Infinite);
                break;
            case FullDisk:
                LimitFiles(1024);
                break;
            case ReadOnly:
                foreach (var phase in Directory.GetDirectories(folder))
                {
                    SetMode(phase, ForReading);
                }

                // To root, modes are advice.
                SetUser(Nobody);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "This cannot happen to a training.");
        }
    }

    private static void LimitFiles(ulong bytes)
    {
        // Without the handler that ignores it, the signal would end the process.
        SetHandler(SizeExceeded, 1);
        var limit = new Limit { Current = bytes, Highest = bytes };
        Assert.That(SetLimit(SizeOfFiles, ref limit), Is.Zero);
    }

    private static string TrainOnFeatures(string folder)
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var history = model
            .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())
            .Fit(
                Toy.Points(),
                Toy.Quiet with
                {
                    Epochs = 4,
                    BatchSize = 10,
                    FeatureCache = new() { Storage = FeatureStorage.Disk, Folder = folder },
                });
        var computed = history.FeatureCaches.Single().Computed;
        var warnings = string.Join(' ', history.Warnings.Select(warning => warning.Message));
        var losses = string.Join('\n', history["loss"].Select(loss => loss.ToString("R", CultureInfo.InvariantCulture)));
        return $"computed {computed}\nwarnings {history.Warnings.Count} {warnings}\n{losses}";
    }

    private static string TrainConvolutions()
    {
        using var model = Models.Convolutions.Seeded();
        torch.manual_seed(2);
        var pictures = new InMemoryDataset(torch.randn(24, 3, 16, 16), torch.randint(0, 3, [24]));
        var losses = model
            .Compile(Optimizers.SGD(0.01), Losses.CategoricalCrossEntropy())
            .Fit(pictures, Toy.Quiet with { Epochs = 3, BatchSize = 8 })["loss"];
        return string.Join(' ', losses.Select(loss => loss.ToString("R", CultureInfo.InvariantCulture)));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ref Limit limit);

    [LibraryImport("libc", EntryPoint = "seteuid")]
    private static partial int SetUser(uint user);

    [LibraryImport("libc", EntryPoint = "chmod", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetMode(string path, uint mode);

    private struct Limit
    {
        public ulong Current;
        public ulong Highest;
    }
}
