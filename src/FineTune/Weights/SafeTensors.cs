using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>Writes weights in the safetensors format, which <see cref="WeightsFile"/> reads.</summary>
/// <seealso href="https://github.com/huggingface/safetensors#format"/>
public static class SafeTensors
{
    /// <summary>
    /// Writes tensors to a file, which appears whole or not at all; one of the same name is replaced.
    /// </summary>
    /// <param name="path">Its folder is created if it is missing.</param>
    /// <param name="tensors">By name. They may be on any device and need not be contiguous.</param>
    /// <param name="metadata">What to say about the file.</param>
    /// <exception cref="WeightsFileException">
    /// The format has no such element type or keeps the name for itself, a tensor takes more than 2 GiB, or the file cannot
    /// be written.
    /// </exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Widest elements first, so that each tensor is aligned to its own: what the format's own writer does.
        (string Name, Tensor Tensor, SafeTensorsType Type)[] sorted =
        [
            .. tensors.Select(pair => (Name: pair.Key, Tensor: pair.Value, Type: TypeOf(path, pair.Key, pair.Value)))
                .OrderByDescending(entry => entry.Type.Bits)
                .ThenBy(entry => entry.Name, StringComparer.Ordinal),
        ];
        var header = Header(sorted, metadata);
        try
        {
            AtomicFile.Write(path, stream =>
            {
                stream.Write(header);
                foreach ((_, var tensor, _) in sorted)
                {
                    using var detached = tensor.detach();
                    using var cpu = detached.cpu();
                    using var contiguous = cpu.contiguous();
                    stream.Write(contiguous.bytes);
                }
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WeightsFileException($"The weights cannot be written to '{path}': {exception.Message}", exception);
        }
    }

    private static SafeTensorsType TypeOf(string path, string name, Tensor tensor)
    {
        if (name == SafeTensorsHeader.Metadata)
        {
            throw new WeightsFileException(
                $"'{name}' cannot be written to '{path}': the safetensors format keeps this name for what is said about the file.");
        }

        var type =
            SafeTensorsType.Of(tensor.dtype)
            ?? throw new WeightsFileException(
                $"'{name}' cannot be written to '{path}': the safetensors format has no type for {tensor.dtype}.");
        if (tensor.numel() * (type.Bits / 8) > int.MaxValue)
        {
            throw new WeightsFileException($"'{name}' cannot be written to '{path}': it takes more than 2 GiB.");
        }

        return type;
    }

    private static byte[] Header(
        (string Name, Tensor Tensor, SafeTensorsType Type)[] tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafeTensorsHeader.Metadata);
                foreach ((var key, var value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long begin = 0;
            foreach ((var name, var tensor, var type) in tensors)
            {
                var end = begin + tensor.numel() * (type.Bits / 8);
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                begin = end;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var header = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)header.Length - 8);
        return header;
    }
}
