using System.Globalization;
using System.Numerics;
using FineTune.Weights;

namespace FineTune.Tests;

/// <summary>Files of pickles in a row, as PyTorch wrote them before 1.6, put together by hand.</summary>
public sealed class PyTorchLegacyTests
{
    private static readonly byte[] Magic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture).ToByteArray();

    private TemporaryFolder folder;
    private string path;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder["weights.pth"];
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    private static byte[] File(
        byte[]? magic = null,
        long protocol = 1001,
        bool littleEndian = true,
        byte[]? content = null,
        byte[]? keys = null,
        long count = 6,
        int bytes = 24) =>
        [
            .. new PickleAssembler().Raw(0x8A, 10).Raw(magic ?? Magic).Stop(),
            .. new PickleAssembler().Number(protocol).Stop(),
            .. new PickleAssembler().Raw('}').Mark().Text("little_endian").Raw(littleEndian ? (byte)0x88 : (byte)0x89).Raw('u').Stop(),
            .. content ?? PickleAssembler.StateDict(),
            .. keys ?? Keys("0"),
            .. BitConverter.GetBytes(count),
            .. Enumerable.Range(0, bytes).Select(i => (byte)(i % 4 == 3 ? 0x40 : 0)),
        ];

    private static byte[] Keys(params string[] keys)
    {
        var pickle = new PickleAssembler().Raw(']');
        foreach (var key in keys)
        {
            pickle.Text(key).Raw('a');
        }

        return pickle.Stop();
    }

    [Test]
    public void The_assembled_file_is_valid_before_it_is_spoilt()
    {
        System.IO.File.WriteAllBytes(path, File());

        using var file = WeightsFile.Open(path);
        using var tensor = file.Tensors["x"].Read();

        Assert.That(tensor.shape, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(tensor.data<float>().ToArray(), Is.All.EqualTo(2f));
    }

    public static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("another magic number", File(magic: [.. Magic[..^1], 0x11]), "it does not start with PyTorch's magic number");
        yield return Case("another protocol", File(protocol: 1000), "it is not of the protocol 1001");
        yield return Case("big-endian", File(littleEndian: false), "it was written on a big-endian machine");
        yield return Case(
            "no dictionary",
            File(content: new PickleAssembler().Raw('N').Stop()),
            "it does not hold a dictionary of tensors");
        yield return Case("no list of storages", File(keys: new PickleAssembler().Raw('N').Stop()), "the list of its storages is missing");
        yield return Case("storage that nothing uses", File(keys: Keys("1")), "the list of its storages names one that it does not use");
        yield return Case(
            "storage that is no name",
            File(keys: new PickleAssembler().Raw(']').Raw('N').Raw('a').Stop()),
            "the list of its storages names one that it does not use");
        yield return Case(
            "storage twice",
            [.. File(keys: Keys("0", "0")), .. BitConverter.GetBytes(6L), .. new byte[24]],
            "storage 0 is in it twice");
        yield return Case("storage missing", File(keys: Keys(), count: 0, bytes: 0)[..^8], "storage 0 of 'x' is missing");
        yield return Case("count above the description", File(count: 7), "storage 0 has 7 elements instead of 6");
        yield return Case("count below the description", File(count: 5), "storage 0 has 5 elements instead of 6");
        yield return Case("negative count", File(count: -6), "storage 0 has -6 elements instead of 6");
        yield return Case("no count", File(bytes: 0)[..^1], "storage 0 is missing; it is truncated");
        yield return Case("short storage", File(bytes: 23), "storage 0 reaches beyond the end of the file; it is truncated");
        yield return Case("trailing byte", File(bytes: 25), "1 bytes follow its last storage");
        yield return Case(
            "size that overflows",
            File(content: PickleAssembler.StateDict(count: long.MaxValue), count: long.MaxValue),
            "the size of a storage overflows");
        yield return Case(
            "a program",
            File(content: new PickleAssembler().Global("posix", "system").Text("true").Raw(0x85).Raw('R').Stop()),
            "it names 'posix.system'");

        static TestCaseData Case(string name, byte[] content, string sentence) =>
            new TestCaseData(content, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_file_gives_one_clear_error(byte[] content, string sentence)
    {
        System.IO.File.WriteAllBytes(path, content);

        Assert.That(
            () => WeightsFile.Open(path).Dispose(),
            Throws
                .TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"'{path}' is not a valid PyTorch file: ")
                .And.Message.Contains(sentence));
    }
}
