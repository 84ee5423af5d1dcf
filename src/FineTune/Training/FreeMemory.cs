using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FineTune;

/// <summary>
/// Keeps memory that a step has freed for the next one, and gives it back to the system where it grows: looked at between two batches,
/// wherever many of them follow each other.
/// </summary>
/// <remarks>
/// <para>
/// libtorch allocates aligned blocks, and for these glibc looks for a hole that is larger than the block by the alignment: the hole
/// that an equal block left is too small, so that memory grows with each step though all of it is freed.
/// </para>
/// <para>
/// Left to itself, glibc gives the end of its heap back as it becomes free, and the step that comes pays a fault for each page of it. So
/// it is told not to, unless the environment tells it something else.
/// </para>
/// <para>Nothing is done where there is no <c>malloc_trim</c>: on musl, macOS and Windows.</para>
/// </remarks>
internal static unsafe class FreeMemory
{
    /// <summary>The environment variable that, with the value 0, leaves memory to the C library.</summary>
    public const string Switch = "FINETUNE_TRIM_MEMORY";

    /// <summary>
    /// The bytes that a process may grow by before memory is given back. A step of ResNet-18 leaves some 15 MiB of holes, while models
    /// whose steps take less than that much are not worth a call.
    /// </summary>
    public const long Bound = 32 << 20;

    // What is given back, and needed again by the step that comes, costs a fault for each page: that is one step in four at most.
    private const int BatchesBetween = 4;

    // mallopt's numbers: what is free at the end of the heap before it is given back, and the size from which a block is apart from it.
    private const int TrimThreshold = -1, MmapThreshold = -3;

    private static readonly delegate* unmanaged<nuint, int> Trim = Find();
    private static readonly SafeFileHandle? Statm = Trim == null ? null : Open();
    private static int looking;
    private static long least = long.MaxValue;
    private static int batches;

    /// <summary>Gives back what is free if the process has grown by more than the bound since the last time.</summary>
    public static void GiveBack() => Look(static () =>
    {
        if (++batches < BatchesBetween)
        {
            return;
        }

        var resident = Resident(Statm!);
        least = Math.Min(least, resident);
        if (resident - least > Bound)
        {
            TrimNow();
        }
    });

    /// <summary>Gives back what is free after the last batch: what comes needs other memory, or none.</summary>
    public static void GiveBackAll() => Look(TrimNow);

    // Whoever else looks at the moment does it for all: what is free is the whole process's. The C library has locks of its own,
    // so that other threads may allocate meanwhile.
    private static void Look(Action look)
    {
        if (Statm is null || Interlocked.Exchange(ref looking, 1) != 0)
        {
            return;
        }

        try
        {
            look();
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private static void TrimNow()
    {
        _ = Trim(0);
        least = Resident(Statm!);
        batches = 0;
    }

    private static delegate* unmanaged<nuint, int> Find()
    {
        if (!OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable(Switch) == "0"
            || Export("malloc_trim") is not { } trim)
        {
            return null;
        }

        if (Export("mallopt") is { } mallopt && !IsToldOtherwise())
        {
            var set = (delegate* unmanaged<int, int, int>)mallopt;
            _ = set(TrimThreshold, int.MaxValue);

            // The size that glibc would go up to by itself, which it does no more once it is told anything. Larger blocks in the heap
            // would leave holes as large.
            _ = set(MmapThreshold, 32 << 20);
        }

        return (delegate* unmanaged<nuint, int>)trim;
    }

    private static nint? Export(string name) =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out var address) ? address : null;

    private static bool IsToldOtherwise() =>
        Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) == true;

    // The second number is the pages that are resident. Opened once: reading it takes a microsecond.
    private static SafeFileHandle? Open()
    {
        try
        {
            return File.OpenHandle("/proc/self/statm", share: FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Resident(SafeFileHandle statm)
    {
        Span<byte> line = stackalloc byte[128];
        line = line[..RandomAccess.Read(statm, line, 0)];
        var second = line[(line.IndexOf((byte)' ') + 1)..];
        return long.Parse(second[..second.IndexOf((byte)' ')], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
