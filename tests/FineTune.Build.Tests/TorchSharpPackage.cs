using System.Reflection;
using System.Security.Cryptography;

namespace FineTune.Build.Tests;

/// <summary>The TorchSharp package as it lies in the package cache.</summary>
internal static class TorchSharpPackage
{
    /// <summary>The managed library.</summary>
    public static string Assembly => Path.Combine(Folder, "lib", "net8.0", "TorchSharp.dll");

    /// <summary>The native library for Linux.</summary>
    public static string Library => Path.Combine(Folder, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>The version, as the folder says it.</summary>
    public static string Version => Path.GetFileName(Folder);

    private static string Folder { get; } = typeof(TorchSharpPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "TorchSharpPackage").Value!.TrimEnd('/', '\\');

    /// <summary>A hash of each file.</summary>
    public static string[] Hashes() =>
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(Folder, file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];
}
