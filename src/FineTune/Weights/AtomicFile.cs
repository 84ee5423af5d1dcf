using System.Runtime.InteropServices;

namespace FineTune.Weights;

/// <summary>
/// Writes a file whole or not at all: into a temporary file beside it, which takes its place once it is on the disk.
/// Whatever interrupts that, the old file or the new one is there.
/// </summary>
internal static partial class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception)
        {
            DeleteIfPossible(temporary);
            // What .NET makes of EFBIG: the file would be larger than this process may write.
            if (exception is ArgumentOutOfRangeException)
            {
                throw new IOException($"The file would grow beyond the size that this process may write: {exception.Message}", exception);
            }

            throw;
        }

        FlushFolder(folder);
    }

    // The error that interrupted the write must not be hidden by one of the tidying up.
    private static void DeleteIfPossible(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    // The new name is on the disk only once its folder is, and .NET cannot open folders. Windows needs no such step.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{folder}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (Synchronize(descriptor) != 0)
            {
                throw new IOException($"The folder '{folder}' cannot be written to the disk: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
