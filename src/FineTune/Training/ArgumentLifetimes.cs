using System.Diagnostics;
using System.Reflection;
using TorchSharp;

namespace FineTune;

/// <summary>
/// Whether TorchSharp keeps the numbers that it hands to libtorch alive until libtorch has read them. TorchSharp 0.107 does so only in
/// code that is not optimized, as the build targets of this package ask for.
/// </summary>
internal static class ArgumentLifetimes
{
    private static int told;

    /// <summary>A warning for a run that loads data on threads of its own over a TorchSharp that does not; once in a process.</summary>
    public static TrainingWarning? WarningFor(int workers) =>
        workers == 0 || AreKept(typeof(torch).Assembly) || Interlocked.Exchange(ref told, 1) == 1
            ? null
            : new(
                WarningKind.NumbersMayBeCollected,
                "This TorchSharp lets the garbage collector free numbers that libtorch still reads, which loader threads make likely: "
                    + "training may "
                    + "die at a random place or compute with another number. Reference the package FineTune in the project that is "
                    + "run, so that its "
                    + "build targets mend TorchSharp, or set Workers = 0.");

    /// <summary>Whether an assembly of TorchSharp is one that needs no care, or is not optimized.</summary>
    internal static bool AreKept(Assembly torchSharp) =>
        torchSharp.GetName().Version is not { Major: 0, Minor: 107 }
        || torchSharp.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };
}
