using System.Diagnostics;
using System.Globalization;

namespace FineTune.Benchmarks;

/// <summary>The other side of a comparison: a process of its own, which runs cases on demand.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly Process process;

    private Peer(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        process = Process.Start(start)!;
    }

    /// <summary>PyTorch in Python, with the cases of peer.py.</summary>
    /// <exception cref="PeerMissingException">No Python here has PyTorch.</exception>
    public static Peer PyTorch()
    {
        var python =
            Interpreters.FirstOrDefault(HasTorch)
            ?? throw new PeerMissingException(
                "The benchmarks compare with PyTorch's Python package, which is missing: run 'apt-get install python3-torch "
                    + "python3-torchvision' first.");
        return new(new(python, [Path.Combine(AppContext.BaseDirectory, "peer.py")]));
    }

    /// <summary>Plain TorchSharp, with the cases of <see cref="FineTune.Benchmarks.ByHand"/>.</summary>
    public static Peer ByHand() => new(Child.Info(["by-hand"]));

    /// <summary>The seconds that some repetitions of a case took.</summary>
    public double Run(string name, int count)
    {
        process.StandardInput.WriteLine($"{name} {count}");
        var answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The peer stopped in the case '{name}'.");
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static bool HasTorch(string python)
    {
        try
        {
            using var probe = Process.Start(
                new ProcessStartInfo(python, ["-c", "import torch, torchvision"]) { RedirectStandardError = true })!;
            probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

internal sealed class PeerMissingException(string message) : Exception(message);
