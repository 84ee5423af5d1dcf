using System.Runtime.CompilerServices;

namespace FineTune.LibTorch.Tests;

/// <summary>Where the sources are that the tests were compiled from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The folder of this project's fixtures.</summary>
    public static string Fixtures => Path.Combine(Root, "tests", "FineTune.LibTorch.Tests", "Fixtures");

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
