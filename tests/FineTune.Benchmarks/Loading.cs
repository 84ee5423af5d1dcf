using System.Diagnostics;
using System.Globalization;
using FineTune.Tests;
using FineTune.Vision;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>
/// What reading the 47 MB of ResNet-18 takes, in time and in memory, against PyTorch: <c>torch.load</c> of a .pth, and
/// for safetensors a memory map with a copy of each tensor; and into a model, with <c>load_state_dict</c> after it.
/// </summary>
internal static class Loading
{
    private const int Rounds = 41;

    // Where peer.py finds the files, and writes them first.
    private const string FolderVariable = "FINETUNE_LOADING";

    private static readonly string[] Formats = ["safetensors", "pth"];

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("finetune-loading-");
        try
        {
            Environment.SetEnvironmentVariable(FolderVariable, folder.FullName);
            using (var peer = Peer.PyTorch())
            {
                peer.Run("write", 1);
            }

            string[] paths = [.. Formats.Select(format => Path.Combine(folder.FullName, $"resnet18.{format}"))];
            using var model = new Tuned(Backbones.ResNet18(), 512);
            Compare("Reading ResNet-18's weights into new tensors", "load", Read);
            Compare("Loading them into a model", "into", path => model.LoadBackbone(path));

            void Compare(string title, string what, Action<string> run)
            {
                Comparison.Print(
                    title,
                    "ms",
                    1e3,
                    Rounds,
                    [
                        .. Formats.Zip(
                            paths,
                            (format, path) =>
                                ($"{what}/{format}", $"{new FileInfo(path).Length / 1e6:F1} MB", 1, (Action)(() => run(path)))),
                    ]);
                Console.WriteLine();
            }

            Console.WriteLine("The most memory that it takes beyond what the process had before, to the file's size");
            Console.WriteLine();
            Console.WriteLine("| case | here | PyTorch |");
            Console.WriteLine("|---|---:|---:|");
            foreach ((var format, var path) in Formats.Zip(paths))
            {
                double size = new FileInfo(path).Length;
                using var child = Process.Start(
                    new ProcessStartInfo("dotnet", [typeof(Loading).Assembly.Location, "loading-child", path])
                    {
                        RedirectStandardOutput = true,
                    })!;
                var here = double.Parse(child.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
                child.WaitForExit();
                using var peer = Peer.PyTorch();
                var there = peer.Run($"loadpeak/{format}", 1);
                Console.WriteLine(FormattableString.Invariant($"| {format} | {here / size:F2} | {there / size:F2} |"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads a file in a process of its own, and says how many bytes its memory grew by at most.</summary>
    public static void RunChild(string path)
    {
        using (var start = ones(1))
        {
            start.add_(1);
        }

        var before = ProcessMemory.Resident;
        var tensors = Tensors(path);
        Console.WriteLine(ProcessMemory.Peak - before);
        GC.KeepAlive(tensors);
    }

    private static void Read(string path)
    {
        foreach (var tensor in Tensors(path).Values)
        {
            tensor.Dispose();
        }
    }

    private static Dictionary<string, Tensor> Tensors(string path)
    {
        using var file = WeightsFile.Open(path);
        return file.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Read());
    }
}
