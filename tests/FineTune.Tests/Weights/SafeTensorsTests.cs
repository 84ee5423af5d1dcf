using System.Buffers.Binary;
using System.Text;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class SafeTensorsTests
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
        ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.ComplexFloat32,
    ];

    private TemporaryFolder folder;
    private string path;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder["weights.safetensors"];
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [TestCaseSource(nameof(Types))]
    public void What_is_written_is_read_back(ScalarType type)
    {
        using var tensor = (arange(12).reshape(3, 4) - 5).to_type(type);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["a"] = tensor });

        using var file = WeightsFile.Open(path);
        using var read = file.Tensors["a"].Read();

        Assert.Multiple(() =>
        {
            Assert.That(read.dtype, Is.EqualTo(type));
            Assert.That(read.shape, Is.EqualTo(new long[] { 3, 4 }));
            Assert.That(read.bytes.ToArray(), Is.EqualTo(tensor.bytes.ToArray()));
        });
    }

    [Test]
    public void Scalars_empty_tensors_and_transposed_ones_keep_shape_and_order()
    {
        using Tensor scalar = tensor(2.5f), none = zeros([3, 0]), transposed = arange(6).reshape(2, 3).t();
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["scalar"] = scalar, ["none"] = none, ["transposed"] = transposed });

        using var file = WeightsFile.Open(path);

        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors["scalar"].Shape, Is.Empty);
            Assert.That(file.Tensors["none"].Shape, Is.EqualTo(new long[] { 3, 0 }));
            Assert.That(file.Tensors["scalar"].Read().item<float>(), Is.EqualTo(2.5f));
            Assert.That(file.Tensors["transposed"].Read().data<long>().ToArray(), Is.EqualTo(new long[] { 0, 3, 1, 4, 2, 5 }));
        });
    }

    [Test]
    public void Metadata_is_kept()
    {
        SafeTensors.Write(
            path,
            new Dictionary<string, Tensor>(),
            new Dictionary<string, string> { ["format"] = "pt", ["Ünïcode"] = "{\"quoted\"}" });

        using var file = WeightsFile.Open(path);

        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt", ["Ünïcode"] = "{\"quoted\"}" }));
    }

    [Test]
    public void Headers_start_with_a_brace_and_end_on_a_multiple_of_eight()
    {
        using var tensor = zeros(3);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = tensor });

        var content = File.ReadAllBytes(path);

        Assert.Multiple(() =>
        {
            Assert.That(content[8], Is.EqualTo((byte)'{'));
            Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(content) % 8, Is.Zero);
            Assert.That(content, Has.Length.EqualTo(8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(content) + 12));
        });
    }

    [Test]
    public void Copying_converts_to_the_type_of_the_destination()
    {
        using Tensor half = tensor(new[] { 1f, 2f, -3.5f }).to_type(ScalarType.Float16), destination = zeros(3);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = half });

        using var file = WeightsFile.Open(path);
        file.Tensors["x"].CopyTo(destination);

        Assert.That(destination.data<float>().ToArray(), Is.EqualTo(new[] { 1f, 2f, -3.5f }));
    }

    [Test]
    public void A_file_can_be_replaced_while_it_is_read()
    {
        using Tensor old = ones(4), fresh = zeros(4);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = old });

        using var file = WeightsFile.Open(path);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = fresh });
        using var replaced = WeightsFile.Open(path);

        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors["x"].Read().data<float>().ToArray(), Is.All.EqualTo(1f));
            Assert.That(replaced.Tensors["x"].Read().data<float>().ToArray(), Is.All.EqualTo(0f));
        });
    }

    [Test]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using Tensor old = ones(4), freed = zeros(4);
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = old });
        var before = File.ReadAllBytes(path);

        Assert.That(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }), Throws.TypeOf<IOException>());

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
            Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { path }));
        });
    }

    [Test]
    public void A_file_that_cannot_be_written_is_named() =>
        Assert.That(
            () => SafeTensors.Write("/proc/finetune/x.safetensors", new Dictionary<string, Tensor>()),
            Throws
                .TypeOf<WeightsFileException>()
                .With.Message.StartsWith("The weights cannot be written to '/proc/finetune/x.safetensors': "));

    [Test]
    public void A_missing_file_is_named() =>
        Assert.That(
            () => WeightsFile.Open(path),
            Throws.TypeOf<WeightsFileException>().With.Message.EqualTo($"The weights file '{path}' does not exist."));

    [Test]
    public void A_folder_is_not_a_weights_file() =>
        Assert.That(() => WeightsFile.Open(folder.Path), Throws.TypeOf<WeightsFileException>().With.Message.Contains(folder.Path));

    public static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("empty", [], "it has 0 bytes, and the length of the header alone takes 8");
        yield return Case("length only", [2, 0, 0, 0, 0, 0, 0, 0], "announce a header of 2 bytes, but only 0 follow");
        yield return Case("seven bytes", [2, 0, 0, 0, 0, 0, 0], "it has 7 bytes");
        yield return Case("no header", new byte[8], "its header is not valid JSON");
        yield return Case("not UTF-8", WithHeader([(byte)'{', 0xFF, (byte)'}']), "its header is not valid UTF-8");
        yield return Case("not JSON", WithHeader("{"), "its header is not valid JSON");
        yield return Case("not an object", WithHeader("[]"), "its header is not a JSON object");
        yield return Case("two objects", WithHeader("{}{}"), "its header is not valid JSON");
        yield return Case("huge length", [0x3C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF], "more than the 100000000 allowed");
        yield return Case("length beyond the format's", WithLength(100_000_001, "{}"), "more than the 100000000 allowed");
        yield return Case("false length", WithLength(1000, "{}"), "announce a header of 1000 bytes, but only 2 follow");
        yield return Case("trailing bytes", WithHeader("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 5), "its tensors take 2 bytes, but the file has 5 bytes of data");
        yield return Case("two bytes missing", WithHeader("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 2), "the data of 'x' ends at 4, but the file has 2 bytes of data; it is truncated");
        yield return Case("offsets too short for the shape", WithHeader("""{"x":{"dtype":"I32","shape":[2,2],"data_offsets":[0,4]}}""", 4), "'x', I32 of shape [2, 2], takes 16 bytes, but its data_offsets span 4");
        yield return Case("shape that overflows", WithHeader("""{"x":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]}}""", 16), "18446744073709551614, that overflows");
        yield return Case("product that overflows", WithHeader("""{"x":{"dtype":"I32","shape":[2,9223372036854775807],"data_offsets":[0,16]}}""", 16), "the size of 'x', of shape [2, 9223372036854775807], overflows");
        yield return Case("negative size", WithHeader("""{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1), "not a whole number");
        yield return Case("fractional size", WithHeader("""{"x":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1), "not a whole number");
        yield return Case("ten tensors in one place", WithHeader(Entries(10, _ => (0, 4)), 4), "neither holes nor overlaps are allowed");
        yield return Case(
            "a hole",
            WithHeader(Entries(2, i => (i * 8, i * 8 + 4)), 12),
            "the data of 't1' begins at 8, but the data before it ends at 4");
        yield return Case(
            "not from zero",
            WithHeader(Entries(1, _ => (4, 8)), 8),
            "the data of 't0' begins at 4, but the data before it ends at 0");
        yield return Case("end before begin", WithHeader("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[8,4]}}""", 8), "the data of 'x' ends at 4, before it begins at 8");
        yield return Case("one offset", WithHeader("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[4]}}""", 4), "the data_offsets of 'x' are 1 numbers instead of 2");
        yield return Case("duplicate name", WithHeader("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2), "'x' stands in its header twice");
        yield return Case("duplicate property", WithHeader("""{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1), "'dtype' of 'x' is given twice");
        yield return Case("duplicate metadata", WithHeader("""{"__metadata__":{},"__metadata__":{}}"""), "'__metadata__' stands in its header twice");
        yield return Case("duplicate metadata key", WithHeader("""{"__metadata__":{"a":"b","a":"c"}}"""), "'a' stands in '__metadata__' twice");
        yield return Case("metadata that is no string", WithHeader("""{"__metadata__":{"a":1}}"""), "'a' in '__metadata__' is not a string");
        yield return Case("metadata that is no object", WithHeader("""{"__metadata__":"a"}"""), "'__metadata__' is not an object");
        yield return Case("missing dtype", WithHeader("""{"x":{"shape":[1],"data_offsets":[0,1]}}""", 1), "the description of 'x' lacks dtype");
        yield return Case("missing shape", WithHeader("""{"x":{"dtype":"U8","data_offsets":[0,1]}}""", 1), "the description of 'x' lacks shape");
        yield return Case("missing offsets", WithHeader("""{"x":{"dtype":"U8","shape":[1]}}""", 1), "the description of 'x' lacks data_offsets");
        yield return Case("unknown property", WithHeader("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"code":"rm"}}""", 1), "an unknown property 'code'");
        yield return Case("unknown dtype", WithHeader("""{"x":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}""", 16), "'x' has an unknown dtype, F128");
        yield return Case("packed dtype with half a byte", WithHeader("""{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1), "'x', F4 of shape [3], takes 2 bytes");
        yield return Case("rank 65", WithHeader($$"""{"x":{"dtype":"U8","shape":[{{string.Join(",", Enumerable.Repeat(1, 65))}}],"data_offsets":[0,1]} }""", 1), "has more than 64 numbers");
        yield return Case("half a surrogate pair", WithHeader("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1), "half of a surrogate pair");
        yield return Case("nested too deep", WithHeader($$"""{"x":{{new string('[', 5000)}}"""), "not an object");
        yield return Case(
            "100,000 entries",
            WithHeader(Entries(100_000, i => (i * 4, i * 4 + 4)), 400_000),
            "more than the 65536 tensors allowed");
        yield return Case("as long as 10 million entries", WithLength(10_000_000 * 60L, "{}"), "more than the 100000000 allowed");

        static TestCaseData Case(string name, byte[] content, string sentence) =>
            new TestCaseData(content, sentence).SetArgDisplayNames(name);
    }

    [TestCase("U16", 2)]
    [TestCase("U32", 4)]
    [TestCase("U64", 8)]
    [TestCase("F8_E5M2", 1)]
    [TestCase("F8_E4M3", 1)]
    [TestCase("F8_E8M0", 1)]
    [TestCase("F6_E2M3", 0.75)]
    [TestCase("F6_E3M2", 0.75)]
    [TestCase("F4", 0.5)]
    public void A_type_that_the_engine_lacks_is_named(string type, double bytes)
    {
        File.WriteAllBytes(path, WithHeader($$"""{"x":{"dtype":"{{type}}","shape":[8],"data_offsets":[0,{{8 * bytes}}]} }""", (int)(8 * bytes)));

        Assert.That(
            () => WeightsFile.Open(path),
            Throws
                .TypeOf<WeightsFileException>()
                .With.Message.EqualTo(
                    $"'{path}' is not a valid safetensors file: 'x' is of type {type}, which cannot be held as a tensor here."));
    }

    [Test]
    public void A_tensor_cannot_have_the_name_of_the_metadata()
    {
        using var tensor = zeros(1);

        Assert.That(
            () => SafeTensors.Write(path, new Dictionary<string, Tensor> { ["__metadata__"] = tensor }),
            Throws.TypeOf<WeightsFileException>().With.Message.StartsWith($"'__metadata__' cannot be written to '{path}': "));
        Assert.That(path, Does.Not.Exist);
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_file_gives_one_clear_error(byte[] content, string sentence)
    {
        File.WriteAllBytes(path, content);

        Assert.That(
            () => WeightsFile.Open(path).Dispose(),
            Throws
                .TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"'{path}' is not a valid safetensors file: ")
                .And.Message.Contains(sentence));
    }

    [Test]
    public void White_space_around_the_header_is_allowed()
    {
        File.WriteAllBytes(path, WithHeader("""  {"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}     """, 1));

        using var file = WeightsFile.Open(path);

        Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "x" }));
    }

    private static string Entries(int count, Func<int, (int Begin, int End)> place) =>
        "{" + string.Join(",", Enumerable.Range(0, count).Select(i => $$"""  "t{{i}}":{"dtype":"F32","shape":[1],"data_offsets":[{{place(i).Begin}},{{place(i).End}}]} """)) + "}";

    private static byte[] WithHeader(string header, int dataLength = 0) => WithHeader(Encoding.UTF8.GetBytes(header), dataLength);

    private static byte[] WithHeader(byte[] header, int dataLength = 0)
    {
        var content = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(content, (ulong)header.Length);
        header.CopyTo(content, 8);
        return content;
    }

    private static byte[] WithLength(long length, string header)
    {
        var content = WithHeader(header);
        BinaryPrimitives.WriteInt64LittleEndian(content, length);
        return content;
    }
}
