using System.IO.MemoryMappedFiles;

namespace FineTune.Weights;

/// <summary>
/// A file mapped into memory for reading: only the parts that are looked at are read. What is large is copied out with
/// system calls instead, as mapped pages would count as memory of this process beside the copy.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly FileStream? stream;
    private readonly MemoryMappedFile? file;
    private MemoryMappedViewAccessor? view;
    private byte* start;

    /// <exception cref="WeightsFileException">The file is missing or cannot be opened.</exception>
    public MappedFile(string path)
    {
        Path = path;
        try
        {
            // Sharing the right to delete lets a writer put a new file in the place of this one, which stays readable.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            Length = stream.Length;
            if (Length == 0)
            {
                Dispose();
                return;
            }

            file = MemoryMappedFile.CreateFromFile(
                stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: true);
            Map();
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
        {
            return [];
        }

        ObjectDisposedException.ThrowIf(start is null, this);
        return new ReadOnlySpan<byte>(start + offset, length);
    }

    /// <summary>A part of the file as a stream, valid until it is closed.</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public Stream Open(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        ObjectDisposedException.ThrowIf(start is null, this);
        return new UnmanagedMemoryStream(start + offset, length);
    }

    /// <summary>Copies a part of the file.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="destination">Where to; all of it is filled.</param>
    /// <exception cref="WeightsFileException">The file became shorter since it was opened, or cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void CopyTo(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(start is null && destination.Length > 0, this);
        while (destination.Length > 0)
        {
            int count;
            try
            {
                count = RandomAccess.Read(stream!.SafeFileHandle, destination, offset);
            }
            catch (IOException exception)
            {
                throw new WeightsFileException($"The weights file '{Path}' cannot be read: {exception.Message}", exception);
            }

            if (count == 0)
            {
                throw new WeightsFileException($"The weights file '{Path}' became shorter while it was read.");
            }

            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>Gives back the memory of the parts that were looked at; no span may be in use.</summary>
    public void GiveBack()
    {
        if (start is null)
        {
            return;
        }

        Unmap();
        Map();
    }

    public void Dispose()
    {
        Unmap();
        file?.Dispose();
        stream?.Dispose();
    }

    private void Map()
    {
        view = file!.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    private void Unmap()
    {
        if (start is not null)
        {
            view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        start = null;
        view?.Dispose();
    }
}
