using System.IO.MemoryMappedFiles;

namespace FineTune.Checkpoints;

/// <summary>A file mapped into memory for reading: only the parts that are looked at are read.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private byte* start;

    /// <exception cref="WeightsFileException">The file is missing or cannot be opened.</exception>
    public MappedFile(string path)
    {
        Path = path;
        try
        {
            // Sharing the right to delete lets a writer put a new file in the place of this one, which stays readable.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            Length = stream.Length;
            if (Length == 0)
                return;
            file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightsFileException($"The weights file '{path}' does not exist.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new WeightsFileException($"The weights file '{path}' cannot be opened: {exception.Message}", exception);
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>A part of the file, valid until it is closed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not all within the file.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (length == 0)
            return [];
        ObjectDisposedException.ThrowIf(start is null, this);
        return new ReadOnlySpan<byte>(start + offset, length);
    }

    public void Dispose()
    {
        if (start is not null)
            view!.SafeMemoryMappedViewHandle.ReleasePointer();
        start = null;
        view?.Dispose();
        file?.Dispose();
    }
}
