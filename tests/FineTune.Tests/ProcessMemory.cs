using System.Globalization;

namespace FineTune.Tests;

/// <summary>What the system says of this process's memory, in bytes. On Linux alone.</summary>
internal static class ProcessMemory
{
    /// <summary>What it has now.</summary>
    public static long Resident => Status("VmRSS:");

    /// <summary>The most that it ever had.</summary>
    public static long Peak => Status("VmHWM:");

    /// <summary>The most that it ever asked for, whether it was used or not.</summary>
    public static long PeakAddresses => Status("VmPeak:");

    private static long Status(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
