using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using FineTune.Weights;

namespace FineTune;

/// <summary>A file that is embedded in a .NET assembly, which is read and never loaded: none of its code can run.</summary>
internal static class AssemblyResource
{
    /// <summary>Where a resource lies in the file of its assembly.</summary>
    /// <param name="path">The assembly.</param>
    /// <param name="name">The resource's name.</param>
    /// <exception cref="WeightsFileException">The file is no assembly, or has no such resource.</exception>
    public static (long Position, long Length) Find(string path, string name)
    {
        try
        {
            using var assembly = new PEReader(File.OpenRead(path));
            if (assembly.HasMetadata && assembly.PEHeaders.CorHeader is { } header
                && assembly.PEHeaders.TryGetDirectoryOffset(header.ResourcesDirectory, out var resources))
            {
                var metadata = assembly.GetMetadataReader();
                foreach (var handle in metadata.ManifestResources)
                {
                    var resource = metadata.GetManifestResource(handle);
                    if (resource.Implementation.IsNil && metadata.StringComparer.Equals(resource.Name, name))
                    {
                        return Place(path, resources + resource.Offset);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new WeightsFileException($"'{path}' cannot be read as an assembly: {exception.Message}", exception);
        }

        throw new WeightsFileException($"'{path}' is not an assembly with the resource '{name}'.");
    }

    // Four bytes of length, then the resource.
    private static (long Position, long Length) Place(string path, long offset)
    {
        using var file = new MappedFile(path);
        long length = offset <= file.Length - 4 ? BinaryPrimitives.ReadInt32LittleEndian(file.Span(offset, 4)) : -1;
        return length >= 0 && length <= file.Length - offset - 4
            ? (offset + 4, length)
            : throw new WeightsFileException($"A resource of '{path}' does not end within the file; it is truncated.");
    }
}
