using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace FineTune.Build;

/// <summary>
/// Keeps arguments of TorchSharp's methods alive until the methods return. TorchSharp passes the native pointer of a
/// number to libtorch and keeps nothing that holds the number: in optimized code a collection at that moment frees it
/// while libtorch reads it. Code that is not optimized holds its arguments to the end. (The work is done in libtorch,
/// which this does not touch.)
/// </summary>
/// <remarks>
/// Each method asks for that by <see cref="MethodImplAttributes.NoOptimization"/>, which the compiler of the runtime heeds
/// and so do those ahead of time. The assembly says the same by its <c>DebuggableAttribute</c>, which only the former
/// heeds, but by which a program sees that it runs on a mended TorchSharp.
/// </remarks>
internal static class ArgumentLifetimes
{
    // The versions known to need it.
    private static readonly HashSet<Version> Versions = [new(0, 107, 0, 0)];

    // The attribute's arguments: one DebuggingModes, little endian, between the prolog and no named arguments.
    private static readonly byte[] Before = [1, 0, 0x02, 0x00, 0, 0, 0, 0];   // IgnoreSymbolStoreSequencePoints
    private static readonly byte[] After = [1, 0, 0x03, 0x01, 0, 0, 0, 0];    // and Default and DisableOptimizations

    /// <summary>
    /// Turns the optimizations of the assembly and of its methods off. A file that is something else, another version or has other
    /// arguments is left as it is.
    /// </summary>
    /// <returns>Whether <paramref name="assembly"/> was changed.</returns>
    public static bool Extend(byte[] assembly)
    {
        try
        {
            using var file = new PEReader(new MemoryStream(assembly, writable: false));
            if (!file.HasMetadata || !IsWhole(file.PEHeaders, assembly.Length))
            {
                return false;
            }

            var metadata = file.GetMetadataReader();
            if (!metadata.IsAssembly || !IsKnown(metadata, metadata.GetAssemblyDefinition()) || Arguments(metadata) is not { } blob)
            {
                return false;
            }

            // A blob is its length, here one byte, and its content.
            var offset =
                file.PEHeaders.MetadataStartOffset + metadata.GetHeapMetadataOffset(HeapIndex.Blob) + metadata.GetHeapOffset(blob) + 1;
            if (!Enumerable.SequenceEqual(new ArraySegment<byte>(assembly, offset, Before.Length), Before))
            {
                return false;
            }

            KeepMethods(assembly, file.PEHeaders.MetadataStartOffset, metadata);
            After.CopyTo(assembly, offset);
            return true;
        }
        catch (Exception exception)
            when (exception
                is BadImageFormatException
                    or IOException
                    or ArgumentException
                    or InvalidOperationException
                    or OverflowException)
        {
            return false;
        }
    }

    // A row of the table of methods is the address of the body, in four bytes, and the flags for compilers, in two.
    private static void KeepMethods(byte[] assembly, int metadataStart, MetadataReader metadata)
    {
        var flags = metadataStart + metadata.GetTableMetadataOffset(TableIndex.MethodDef) + 4;
        var size = metadata.GetTableRowSize(TableIndex.MethodDef);
        foreach (var handle in metadata.MethodDefinitions)
        {
            var hasBody = metadata.GetMethodDefinition(handle).RelativeVirtualAddress != 0;
            if (hasBody)
            {
                assembly[flags] |= (byte)MethodImplAttributes.NoOptimization;
            }

            flags += size;
        }
    }

    private static bool IsWhole(PEHeaders headers, int length)
    {
        foreach (var section in headers.SectionHeaders)
        {
            if (section.PointerToRawData < 0 || section.SizeOfRawData < 0 || section.PointerToRawData > length - section.SizeOfRawData)
            {
                return false;
            }
        }

        // The signature is behind the sections, and its address an offset of the file.
        var signature = headers.PEHeader!.CertificateTableDirectory;
        return signature.RelativeVirtualAddress >= 0 && signature.Size >= 0 && signature.RelativeVirtualAddress <= length - signature.Size;
    }

    private static bool IsKnown(MetadataReader metadata, AssemblyDefinition assembly) =>
        metadata.StringComparer.Equals(assembly.Name, "TorchSharp") && Versions.Contains(assembly.Version);

    // The arguments of the assembly's DebuggableAttribute(DebuggingModes), if they are the known ones.
    private static BlobHandle? Arguments(MetadataReader metadata)
    {
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference)
            {
                continue;
            }

            var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            if (constructor.Parent.Kind != HandleKind.TypeReference)
            {
                continue;
            }

            var type = metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent);
            if (metadata.StringComparer.Equals(type.Name, "DebuggableAttribute")
                && metadata.StringComparer.Equals(type.Namespace, "System.Diagnostics")
                && Enumerable.SequenceEqual(metadata.GetBlobBytes(attribute.Value), Before))
            {
                return attribute.Value;
            }
        }

        return null;
    }
}
