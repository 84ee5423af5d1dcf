using System.Buffers.Binary;
using System.IO.Compression;
using FineTune.Weights;

namespace FineTune.Tests;

/// <summary>Archives whose directory lies about their records, made by changing numbers in a valid one.</summary>
public sealed class ZipRecordsTests
{
    // Where numbers stand in an entry of the directory, and in what ends it.
    private const int Packed = 20,
        Length = 24,
        Header = 42,
        EntryLength = 46,
        Count = 10,
        DirectoryLength = 12,
        DirectoryStart = 16,
        EndLength = 22;

    public static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case(
            "more records than there are",
            Changed(archive => UInt16(archive[^EndLength..], Count, 4)),
            "its directory is damaged");
        yield return Case(
            "fewer records than there are",
            Changed(archive => UInt16(archive[^EndLength..], Count, 2)),
            "its directory has something after its last record");
        yield return Case(
            "directory beyond the end",
            Changed(archive => UInt32(archive[^EndLength..], DirectoryStart, 1 << 30)),
            "its directory lies outside the file");
        yield return Case(
            "directory larger than allowed",
            Changed(archive => UInt32(archive[^EndLength..], DirectoryLength, 1 << 30)),
            "is larger than allowed");
        yield return Case("entry that is none", Changed(archive => Entry(archive, "a/data.pkl")[0] ^= 1), "its directory is damaged");
        yield return Case(
            "record of two lengths",
            Changed(archive => UInt32(Entry(archive, "a/data.pkl"), Length, 9)),
            "'a/data.pkl' is stored, but in 8 bytes instead of 9");
        yield return Case(
            "record beyond the end",
            Changed(archive => Resize(Entry(archive, "a/data/0"), 1 << 30)),
            "'a/data/0' reaches beyond the end of the file; it is truncated");
        yield return Case(
            "record over the next",
            Changed(archive => Resize(Entry(archive, "a/data.pkl"), 20)),
            "'a/version' lies over another record");
        yield return Case(
            "record over the directory",
            Changed(archive => Resize(Entry(archive, "a/data/0"), 40)),
            "its directory lies over a record");
        yield return Case(
            "header beyond the end",
            Changed(archive => UInt32(Entry(archive, "a/data/0"), Header, 1 << 30)),
            "'a/data/0' lies outside the file");
        yield return Case(
            "header that is none",
            Changed(archive => UInt32(Entry(archive, "a/data/0"), Header, 1)),
            "'a/data/0' is not where the directory says");
        yield return Case(
            "64-bit length that is missing",
            Changed(archive => Resize(Entry(archive, "a/data/0"), -1)),
            "'a/data/0' reaches beyond the end of the file; it is truncated");
        yield return Case(
            "64-bit directory that is missing",
            Changed(archive => UInt32(archive[^EndLength..], DirectoryStart, -1)),
            "its zip64 locator is damaged");
        yield return Case("no end", Valid()[..^EndLength], "its end is missing; it is truncated");
        yield return Case("path from the root", Archive("/a/data.pkl"), "the name '/a/data.pkl' in it leads out of the archive");
        yield return Case("path of Windows", Archive("a\\data.pkl"), "the name 'a\\data.pkl' in it leads out of the archive");

        static TestCaseData Case(string name, byte[] content, string sentence) =>
            new TestCaseData(content, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_archive_gives_one_clear_error(byte[] content, string sentence)
    {
        using var folder = new TemporaryFolder();
        var path = folder["weights.pth"];
        File.WriteAllBytes(path, content);

        Assert.That(
            () => WeightsFile.Open(path).Dispose(),
            Throws
                .TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"'{path}' is not a valid PyTorch file: ")
                .And.Message.Contains(sentence));
    }

    private delegate void Change(Span<byte> archive);

    private static byte[] Valid() => Archive("a/data.pkl", "a/version", "a/data/0");

    private static byte[] Changed(Change change)
    {
        var archive = Valid();
        change(archive);
        return archive;
    }

    private static Span<byte> Entry(Span<byte> archive, string name) =>
        archive[(archive.LastIndexOf(System.Text.Encoding.UTF8.GetBytes(name)) - EntryLength)..];

    private static void Resize(Span<byte> entry, int length)
    {
        UInt32(entry, Packed, length);
        UInt32(entry, Length, length);
    }

    private static void UInt16(Span<byte> bytes, int at, short value) => BinaryPrimitives.WriteInt16LittleEndian(bytes[at..], value);

    private static void UInt32(Span<byte> bytes, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes[at..], value);

    private static byte[] Archive(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var record = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                record.Write(new byte[8]);
            }
        }

        return stream.ToArray();
    }
}
