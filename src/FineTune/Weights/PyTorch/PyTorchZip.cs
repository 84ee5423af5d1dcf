using System.Globalization;
using System.Text;

namespace FineTune.Weights;

/// <summary>The zip form: a record with the pickle, and one for each storage.</summary>
internal static class PyTorchZip
{
    private const int OldestVersion = 1,
        NewestVersion = 10;

    public static bool Is(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8);

    /// <exception cref="WeightsFileException">The file is damaged, or holds something else than a state dict.</exception>
    public static Dictionary<string, StoredTensor> Read(MappedFile file)
    {
        var records = new ZipRecords(file);
        string[] pickles =
        [
            .. records.Names.Where(name =>
                name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(character => character == '/') == 1),
        ];
        if (pickles is not [string pickle])
        {
            throw PyTorchFile.Error(file, $"it has {pickles.Length} records '<name>/data.pkl' instead of one");
        }

        var prefix = pickle[..^"data.pkl".Length];
        if (records.Contains(prefix + "constants.pkl"))
        {
            throw PyTorchFile.Error(file, "it is a TorchScript program, which would have to be run; save model.state_dict() instead");
        }

        CheckVersion(file, records, prefix);
        return PyTorchFile.Read(
            file,
            () =>
            {
                var tensors = StateDictionary.Find(
                    Unpickler.Read(records.Read(pickle, PyTorchFile.LongestPickle)).Value);
                var positions = new Dictionary<string, long>();
                var stored = new Dictionary<string, ZipRecord>();
                foreach (var storage in tensors.Values.Select(tensor => tensor.Storage).Distinct())
                {
                    var record = stored[storage.Key] = records[$"{prefix}data/{storage.Key}"];
                    if (record.Length != PyTorchFile.LengthOf(storage))
                    {
                        throw new PickleException(
                            $"storage {storage.Key} has {record.Length} bytes instead of the {PyTorchFile.LengthOf(storage)} of its "
                                + $"{storage.Count} elements");
                    }

                    positions[storage.Key] = record.Position;
                }

                return PyTorchFile.Place(file, tensors, positions, stored);
            });
    }

    private static void CheckVersion(MappedFile file, ZipRecords records, string prefix)
    {
        var version = Encoding.UTF8.GetString(records.Read(prefix + "version", 100)).Trim();
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < OldestVersion or > NewestVersion)
        {
            throw PyTorchFile.Error(file, $"its version is '{version}'; expected {OldestVersion} to {NewestVersion}");
        }

        if (records.Contains(prefix + "byteorder") && !records.Read(prefix + "byteorder", 100).SequenceEqual("little"u8))
        {
            throw PyTorchFile.Error(file, "it was written on a big-endian machine; save it again on a little-endian one");
        }
    }
}
