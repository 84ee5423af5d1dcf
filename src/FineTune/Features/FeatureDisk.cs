using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Rows on disk, in shards of consecutive samples that are mapped into memory.</summary>
internal sealed class FeatureDisk : FeatureStore
{
    /// <summary>What the names of files end in that nobody but their writer may read.</summary>
    public const string WorkingExtension = ".tmp";

    private const long ShardBytes = 64 << 20;
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly FeatureShard[] shards;
    private readonly Action<string> failed;
    private readonly byte[] row;

    private readonly bool isPrivate;
    private readonly long memory;
    private long mapped;
    private bool hasFailed;

    /// <param name="layout">What a sample's row consists of.</param>
    /// <param name="count">How many samples there are.</param>
    /// <param name="folder">Where files go.</param>
    /// <param name="key">What the rows follow from; null where nobody else can use them.</param>
    /// <param name="memory">The bytes of files that may stay mapped into memory after they were read.</param>
    /// <param name="failed">What to do, once, where they cannot be written.</param>
    public FeatureDisk(FeatureLayout layout, int count, string folder, string? key, long memory, Action<string> failed)
    {
        this.memory = memory;
        Layout = layout;
        this.failed = failed;
        isPrivate = key is null;
        row = new byte[checked((int)layout.RowBytes)];
        Bytes = layout.RowBytes * count;
        ShardRows = (int)Math.Clamp(ShardBytes / Math.Max(layout.RowBytes, 1), 1, count);
        var own = key ?? $"{new Fingerprint($"private {Guid.NewGuid()}")}";
        var place = isPrivate ? folder : Path.Combine(folder, own);
        try
        {
            Directory.CreateDirectory(place);
            Tidy(place);
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            Fail(exception);
        }

        shards = [.. Enumerable.Range(0, (count + ShardRows - 1) / ShardRows).Select(number => new FeatureShard(
            Path.Combine(place, FormattableString.Invariant($"{(isPrivate ? $"{own[..16]}-" : "")}{number:D5}.features")),
            Convert.FromHexString(own), number * ShardRows, Math.Min(ShardRows, count - (number * ShardRows)), row.Length, isPrivate))];
    }

    public override FeatureStorage Kind => FeatureStorage.Disk;

    public override long Bytes { get; }

    public override FeatureLayout Layout { get; }

    /// <summary>The samples of a shard.</summary>
    public int ShardRows { get; }

    /// <summary>How to shuffle so that what is read from several places at a time fits into memory.</summary>
    /// <param name="bytes">The memory.</param>
    /// <param name="batch">The samples of a batch, which is in memory whatever the order.</param>
    /// <returns>Consecutive samples that are read in one go, a file at most, and how many samples are shuffled together.</returns>
    public (int Part, int Together) Parts(long bytes, int batch)
    {
        var rows = Math.Clamp(bytes / Layout.RowBytes, batch, int.MaxValue);
        var part = (int)Math.Min(rows, ShardRows);
        return (part, (int)(rows / part * part));
    }

    public override bool Has(int index) => ShardOf(index).Has(index);

    public override void Refresh() => Array.ForEach(shards, shard => shard.Refresh());

    public override void Put(IReadOnlyList<int> indices, IReadOnlyList<Tensor> rows)
    {
        for (var i = 0; i < indices.Count && !hasFailed; i++)
        {
            if (Has(indices[i]))
            {
                continue;
            }

            var at = 0;
            foreach (var part in rows)
            {
                var size = part.bytes.Length / indices.Count;
                part.bytes.Slice(i * size, size).CopyTo(row.AsSpan(at));
                at += size;
            }

            try
            {
                ShardOf(indices[i]).Write(indices[i], row);
            }
            catch (Exception exception) when (IsOfDisk(exception))
            {
                Fail(exception);
            }
        }
    }

    public override Tensor[]? Take(IReadOnlyList<int> indices)
    {
        Tensor[] rows = [.. Layout.Parts.Select(part => torch.empty([indices.Count, .. part.RowShape], part.StoredType))];
        for (var i = 0; i < indices.Count; i++)
        {
            if (mapped > memory)
            {
                Array.ForEach(shards, shard => shard.GiveBack());
                mapped = 0;
            }

            if (!ShardOf(indices[i]).TryRead(indices[i], row, out var found))
            {
                return null;
            }

            mapped += found.Length;

            var at = 0;
            foreach (var part in rows)
            {
                var size = part.bytes.Length / indices.Count;
                found.Slice(at, size).CopyTo(part.bytes.Slice(i * size, size));
                at += size;
            }
        }

        return rows;
    }

    public override void Dispose()
    {
        foreach (var shard in shards)
        {
            try
            {
                if (!hasFailed)
                {
                    shard.Publish();
                }
            }
            catch (Exception exception) when (IsOfDisk(exception))
            {
                Fail(exception);
            }

            shard.Dispose();
        }
    }

    // What a process that was killed has left behind.
    private static void Tidy(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"*{WorkingExtension}"))
        {
            if (File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - Abandoned)
            {
                File.Delete(file);
            }
        }
    }

    // A file that grows beyond what this process may write is out of range to .NET.
    private static bool IsOfDisk(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    private FeatureShard ShardOf(int index) => shards[index / ShardRows];

    private void Fail(Exception exception)
    {
        if (hasFailed)
        {
            return;
        }

        hasFailed = true;
        failed(exception.Message);
    }
}
