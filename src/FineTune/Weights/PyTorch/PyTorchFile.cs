namespace FineTune.Weights;

/// <summary>
/// What <c>torch.save(model.state_dict(), …)</c> writes, read without running any of it: a zip archive, or before PyTorch
/// 1.6 pickles in a row.
/// </summary>
/// <seealso href="https://pytorch.org/docs/stable/notes/serialization.html"/>
internal static class PyTorchFile
{
    public const int LongestPickle = 64 << 20;
    private const int MostExpansion = 4;

    /// <summary>Whether it is a tar archive, which the first versions of PyTorch wrote.</summary>
    public static bool IsTar(ReadOnlySpan<byte> start) => start.Length >= 262 && start[257..].StartsWith("ustar"u8);

    /// <summary>What is read, with the file's name in whatever is wrong with it.</summary>
    /// <exception cref="WeightsFileException">The file is damaged, or holds something else than a state dict.</exception>
    public static Dictionary<string, StoredTensor> Read(MappedFile file, Func<Dictionary<string, StoredTensor>> read)
    {
        try
        {
            return read();
        }
        catch (PickleException exception)
        {
            throw Error(file, exception.Message);
        }
        catch (OverflowException)
        {
            throw Error(file, "the size of a storage overflows");
        }
    }

    /// <summary>The tensors, where their storages lie in the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="tensors">By name.</param>
    /// <param name="positions">Where each storage begins, by key.</param>
    /// <param name="records">The storages' records, by key, where they have checksums.</param>
    public static Dictionary<string, StoredTensor> Place(
        MappedFile file,
        Dictionary<string, PickleTensor> tensors,
        Dictionary<string, long> positions,
        Dictionary<string, ZipRecord>? records = null)
    {
        var placed = new Dictionary<string, StoredTensor>(tensors.Count);
        foreach ((var name, (var storage, var offset, var shape, var strides)) in tensors)
        {
            if (!positions.TryGetValue(storage.Key, out var position))
            {
                throw new PickleException($"storage {storage.Key} of '{name}' is missing");
            }

            if (shape.Aggregate(1L, (product, size) => product * size) * ElementSize.Of(storage.Type) > MostExpansion * file.Length)
            {
                throw new PickleException(
                    $"'{name}' of shape [{string.Join(", ", shape)}] would take more than {MostExpansion} times the file");
            }

            placed[name] = new StoredTensor(
                file,
                name,
                storage.Type,
                shape,
                position + offset * ElementSize.Of(storage.Type),
                strides,
                records?[storage.Key]);
        }

        return placed;
    }

    /// <summary>The bytes of a storage.</summary>
    public static long LengthOf(PickleStorage storage) => checked(storage.Count * ElementSize.Of(storage.Type));

    public static WeightsFileException Error(MappedFile file, string what) => new($"'{file.Path}' is not a valid PyTorch file: {what}.");
}
