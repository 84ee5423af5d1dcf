using FineTune.Weights;
using static FineTune.Tests.OnnxAssembler;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>What lies in ONNX files: tensors in each of the ways in which they are stored, and what is no valid file.</summary>
public sealed class OnnxFileTests
{
    private TemporaryFolder folder;
    private string path;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder["model.onnx"];
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    private WeightsFile Open(params byte[][] graph)
    {
        File.WriteAllBytes(path, Model(graph));
        return WeightsFile.Open(path);
    }

    private static double[] Numbers(StoredTensor tensor)
    {
        using var read = tensor.Read();
        using var doubles = read.to_type(ScalarType.Float64);
        return doubles.numel() == 0 ? [] : doubles.data<double>().ToArray();
    }

    public static IEnumerable<TestCaseData> Elements()
    {
        yield return Case("raw", Floats, Field(9, [.. BitConverter.GetBytes(-2f), .. BitConverter.GetBytes(3f)]), ScalarType.Float32);
        yield return Case(
            "floats, packed",
            Floats,
            Field(4, [.. BitConverter.GetBytes(-2f), .. BitConverter.GetBytes(3f)]),
            ScalarType.Float32);
        yield return Case("floats, each", Floats, [.. Field(4, -2f), .. Field(4, 3f)], ScalarType.Float32);
        yield return Case(
            "floats, two packs",
            Floats,
            [.. Field(4, BitConverter.GetBytes(-2f)), .. Field(4, BitConverter.GetBytes(3f))],
            ScalarType.Float32);
        yield return Case("doubles", 11, Field(10, [.. BitConverter.GetBytes(-2d), .. BitConverter.GetBytes(3d)]), ScalarType.Float64);
        yield return Case("int64, packed", Longs, Field(7, [.. Varint(-2), .. Varint(3)]), ScalarType.Int64);
        yield return Case("int64, each", Longs, [.. Field(7, -2), .. Field(7, 3)], ScalarType.Int64);
        yield return Case("int32", 6, Field(5, [.. Varint(-2), .. Varint(3)]), ScalarType.Int32);
        yield return Case("int16", 5, Field(5, [.. Varint(-2), .. Varint(3)]), ScalarType.Int16);
        yield return Case("int8", 3, Field(5, [.. Varint(-2), .. Varint(3)]), ScalarType.Int8);
        yield return Case("float16", 10, Field(5, [.. Varint(0xC000), .. Varint(0x4200)]), ScalarType.Float16);
        yield return Case("bfloat16", 16, Field(5, [.. Varint(0xC000), .. Varint(0x4040)]), ScalarType.BFloat16);

        static TestCaseData Case(string name, int type, byte[] data, ScalarType expected) =>
            new TestCaseData(type, data, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Elements))]
    public void Elements_are_read_however_they_are_stored(int type, byte[] data, ScalarType expected)
    {
        using var file = Open(Initializer(Described("x", type, 2), data));
        var tensor = file.Tensors["x"];

        Assert.Multiple(() =>
        {
            Assert.That(tensor.Type, Is.EqualTo(expected));
            Assert.That(tensor.Shape, Is.EqualTo(new[] { 2 }));
            Assert.That(Numbers(tensor), Is.EqualTo(new[] { -2d, 3 }));
        });
    }

    [Test]
    public void Truths_bytes_and_complex_numbers_are_read()
    {
        using var file = Open(
            Initializer(Described("truths", 9, 2), Field(5, Varint(1), Varint(0))),
            Initializer(Described("bytes", 2, 2), Field(9, [255, 1])),
            Initializer(Described("complex", 14, 1), Field(4, 1f), Field(4, 2f)));
        using var complex = file.Tensors["complex"].Read();
        using var imaginary = complex.imag;

        Assert.Multiple(() =>
        {
            Assert.That(Numbers(file.Tensors["truths"]), Is.EqualTo(new[] { 1d, 0 }));
            Assert.That(Numbers(file.Tensors["bytes"]), Is.EqualTo(new[] { 255d, 1 }));
            Assert.That(imaginary.item<float>(), Is.EqualTo(2));
        });
    }

    [Test]
    public void A_scalar_an_empty_tensor_and_packed_dimensions_are_read()
    {
        using var file = Open(
            Initializer(Described("scalar", Floats), Field(9, BitConverter.GetBytes(7f))),
            Initializer(Described("empty", Floats, 3, 0)),
            Initializer(Field(1, Varint(1), Varint(2)), Field(2, Floats), Field(8, "packed"), Field(9, new byte[8])));

        Assert.Multiple(() =>
        {
            Assert.That(Numbers(file.Tensors["scalar"]), Is.EqualTo(new[] { 7d }));
            Assert.That(Numbers(file.Tensors["empty"]), Is.Empty);
            Assert.That(file.Tensors["packed"].Shape, Is.EqualTo(new[] { 1, 2 }));
        });
    }

    [Test]
    public void A_constant_among_the_nodes_is_a_tensor_too()
    {
        using var file = Open(Node("Constant", [], ["fc.bias"], Value(Described("", Floats, 2), Field(4, 1f), Field(4, 2f))));

        Assert.That(Numbers(file.Tensors["fc.bias"]), Is.EqualTo(new[] { 1d, 2 }));
    }

    [Test]
    public void What_the_writer_says_about_the_file_is_kept()
    {
        File.WriteAllBytes(path, [.. Model(Weight("x", [1])), .. Field(14, Field(1, "author"), Field(2, "somebody"))]);
        using var file = WeightsFile.Open(path);

        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["author"] = "somebody" }));
    }

    [Test]
    public void A_model_is_known_by_its_content_whatever_it_is_called(
        [Values("model", "model.bin", "model.pth", "model.safetensors")] string name)
    {
        File.WriteAllBytes(folder[name], Whole());
        using var file = WeightsFile.Open(folder[name]);

        Assert.That(file.Tensors, Contains.Key("conv.weight"));
    }

    [Test]
    public void Elements_in_another_file_are_read()
    {
        Directory.CreateDirectory(folder["parts"]);
        File.WriteAllBytes(
            folder["parts/weights.data"],
            [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)]);
        using var file = Open(
            Initializer(Described("tail", Floats, 2), Outside("parts/weights.data", "4", "8")),
            Initializer(Described("whole", Floats, 3), Outside("parts/weights.data")));

        Assert.Multiple(() =>
        {
            Assert.That(Numbers(file.Tensors["tail"]), Is.EqualTo(new[] { 2d, 3 }));
            Assert.That(Numbers(file.Tensors["whole"]), Is.EqualTo(new[] { 1d, 2, 3 }));
        });
    }

    [TestCase("../secret", null, null, "lies in '../secret'; expected the name of a file in the same folder")]
    [TestCase("parts/../../secret", null, null, "expected the name of a file in the same folder")]
    [TestCase("..\\secret", null, null, "expected the name of a file in the same folder")]
    [TestCase("/etc/passwd", null, null, "expected the name of a file in the same folder")]
    [TestCase("C:\\secret", null, null, "expected the name of a file in the same folder")]
    [TestCase("\\\\host\\share", null, null, "expected the name of a file in the same folder")]
    [TestCase("a\0b", null, null, "expected the name of a file in the same folder")]
    [TestCase("", null, null, "expected the name of a file in the same folder")]
    [TestCase("missing.data", null, null, "does not exist")]
    [TestCase("model.data", "-4", null, "the offset of 'x' is '-4'; expected a number")]
    [TestCase("model.data", "99999999999999999999", null, "the offset of 'x' is '99999999999999999999'; expected a number")]
    [TestCase("model.data", "9223372036854775807", null, "'x' takes 8 bytes from 9223372036854775807 on in 'model.data', which has 12")]
    [TestCase("model.data", "8", null, "'x' takes 8 bytes from 8 on in 'model.data', which has 12; it is truncated")]
    [TestCase("model.data", "0", "12", "'x' has 12 bytes in 'model.data', and its shape and type take 8")]
    [TestCase("model.data", "0", "four", "the length of 'x' is 'four'; expected a number")]
    public void A_place_outside_of_the_folder_or_of_the_file_is_refused(string location, string? offset, string? length, string sentence)
    {
        File.WriteAllBytes(folder["model.data"], new byte[12]);

        Assert.That(
            () => Open(Initializer(Described("x", Floats, 2), Outside(location, offset, length))),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains(sentence));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void A_link_out_of_the_folder_is_refused([Values("link", "links/file")] string location)
    {
        using var elsewhere = new TemporaryFolder();
        File.WriteAllBytes(elsewhere["file"], new byte[8]);
        File.CreateSymbolicLink(folder["link"], elsewhere["file"]);
        Directory.CreateSymbolicLink(folder["links"], elsewhere.Path);

        Assert.That(
            () => Open(Initializer(Described("x", Floats, 2), Outside(location))),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("which is a link"));
    }

    public static IEnumerable<TestCaseData> Malformed()
    {
        var two = new byte[8];
        yield return Case("no graph", [.. Field(1, 8), .. Field(8, Field(2, 17))], "it has no graph");
        yield return Case("two graphs", [.. Model(), .. Field(7, [])], "it has two graphs");
        yield return Case("no operators", [.. Field(1, 8), .. Field(7, [])], "it does not say which operators it is written for");
        yield return Case("the graph as a number", [.. Field(1, 8), .. Field(7, 1)], "a field 7 is not a message");
        yield return Case("a group", [.. Field(1, 8), 0x13], "a field is of the type 3");
        yield return Case("field zero", [.. Field(1, 8), 0x02, 0x00], "no field has the number 0");
        yield return Case("a number without end", [0x08, .. Enumerable.Repeat((byte)0xFF, 11)], "a number takes more than 64 bits");
        yield return Case("a false length", [.. Field(1, 8), 0x3A, .. Varint(long.MaxValue), 0], "a field takes 9223372036854775807 bytes");
        yield return Case("a negative length", [.. Field(1, 8), 0x3A, .. Varint(-1), 0], "a field takes 18446744073709551615 bytes");
        yield return Tensor("negative dimension", Described("x", Floats, -1), "'x' has a dimension of -1");
        yield return Tensor("size overflows", [.. Described("x", Floats, long.MaxValue, 8), .. Field(9, two)], "the size of 'x' overflows");
        yield return Tensor("size overflows to 8", [.. Described("x", Floats, 1L << 62, 8), .. Field(9, two)], "the size of 'x' overflows");
        yield return Tensor("size overflows beside a zero", Described("x", Floats, 0, 1L << 62, 1L << 62), "the size of 'x' overflows");
        yield return Tensor(
            "rank 65",
            Described("x", Floats, [.. Enumerable.Repeat(1L, 65)]),
            "the dimensions of a tensor are more than the 64");
        yield return Tensor("short", [.. Described("x", Floats, 3), .. Field(9, two)], "'x' has 8 bytes, and its shape and type take 12");
        yield return Tensor("long", [.. Described("x", Floats, 1), .. Field(9, two)], "'x' has 8 bytes, and its shape and type take 4");
        yield return Tensor(
            "short numbers",
            [.. Described("x", Floats, 3), .. Field(4, two)],
            "elements of 8 bytes, and its shape and type take 12");
        yield return Tensor(
            "long numbers",
            [.. Described("x", Longs, 1), .. Field(7, two)],
            "elements of 64 bytes, and its shape and type take 8");
        yield return Tensor("no elements", Described("x", Floats, 2), "'x' has elements of 0 bytes, and its shape and type take 8");
        yield return Tensor("odd floats", [.. Described("x", Floats, 1), .. Field(4, new byte[5])], "are not numbers of 4 bytes");
        yield return Tensor("a float as a number", [.. Described("x", Floats, 1), .. Field(4, 1)], "are not numbers of 4 bytes");
        yield return Tensor(
            "elements twice",
            [.. Described("x", Floats, 2), .. Field(9, two), .. Field(4, two)],
            "'x' has its elements twice");
        yield return Tensor("raw data twice", [.. Described("x", Floats, 2), .. Field(9, two), .. Field(9, two)], "raw data twice");
        yield return Tensor(
            "here and outside",
            [.. Described("x", Floats, 2), .. Field(9, two), .. Outside("x.data")],
            "here and in another file");
        yield return Tensor(
            "place twice",
            [.. Described("x", Floats, 2), .. Outside("x.data"), .. Outside("y.data")],
            "twice, by 'location'");
        yield return Tensor(
            "elements of another type",
            [.. Described("x", Floats, 1), .. Field(7, 1)],
            "is of type FLOAT and has elements of another");
        yield return Tensor("too large for a byte", [.. Described("x", 3, 1), .. Field(5, 128)], "is of type Int8 and has the element 128");
        yield return Tensor("neither true nor false", [.. Described("x", 9, 1), .. Field(5, 2)], "is of type Bool and has the element 2");
        yield return Tensor("unknown type", Described("x", 99, 1), "'x' is of an unknown type, 99");
        yield return Tensor("no type", Described("x", 0, 1), "'x' is of an unknown type, 0");
        yield return Tensor("text", Described("x", 8, 1), "'x' in", "is of type STRING, which no tensor has here");
        yield return Tensor("float 8", Described("x", 17, 1), "'x' in", "is of type FLOAT8E4M3FN, which no tensor has here");
        yield return Tensor("segments", [.. Described("x", Floats, 1), .. Field(3, [])], "a tensor is stored in segments");
        yield return Tensor("no name", Field(2, Floats), "a tensor has no name");
        yield return Tensor("a name that is no text", [.. Field(8, [0xFF])], "a name is not valid UTF-8");
        yield return Tensor(
            "a name of 5,000 letters",
            Field(8, new string('x', 5_000)),
            "a name takes 5000 bytes, more than the 4096 allowed");
        yield return Graph("twice", [.. Weight("x", [1]), .. Weight("x", [1])], "'x' is in it twice");
        yield return Graph("sparse", Field(15, []), "it has sparse weights");
        yield return Graph(
            "a constant twice",
            [.. Weight("x", [1]), .. Node("Constant", [], ["x"], Value(Described("", Floats, 0)))],
            "'x' is in it twice");
        yield return Graph(
            "attribute twice",
            Node("Gemm", [], ["y"], Attribute("transB", 1), Attribute("transB", 0)),
            "the attribute 'transB' twice");
        yield return Graph("an output twice", [.. Node("Relu", ["x"], ["y"]), .. Node("Relu", ["x"], ["y"])], "'y' is computed twice");
        yield return Graph("a circle", [.. Node("Relu", ["b"], ["a"]), .. Node("Relu", ["a"], ["b"])], "'b' is used before it is computed");
        yield return Graph(
            "100,001 nodes",
            [.. Enumerable.Repeat(Field(1, []), 100_001).SelectMany(node => node)],
            "more than the 100000 nodes");
        yield return Graph(
            "65,537 tensors",
            [.. Enumerable.Range(0, 65_537).SelectMany(i => Initializer(Described($"{i}", Floats, 0)))],
            "more than the 65536 tensors");
        yield return Graph(
            "10,001 inputs",
            Node("Concat", [.. Enumerable.Repeat("x", 10_001)], ["y"]),
            "a list of names has more than the 10000 allowed");

        static TestCaseData Case(string name, byte[] content, params string[] sentences) =>
            new TestCaseData(content, sentences).SetArgDisplayNames(name);

        static TestCaseData Graph(string name, byte[] graph, params string[] sentences) => Case(name, Model(graph), sentences);

        static TestCaseData Tensor(string name, byte[] tensor, params string[] sentences) =>
            Case(name, Model(Initializer(tensor)), sentences);
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_file_gives_one_clear_error(byte[] content, string[] sentences)
    {
        File.WriteAllBytes(path, content);

        var exception = Assert.Throws<WeightsFileException>(() => WeightsFile.Open(path).Dispose());
        Assert.Multiple(() =>
        {
            Assert.That(exception?.Message, Does.Contain(path));
            foreach (var sentence in sentences)
            {
                Assert.That(exception?.Message, Does.Contain(sentence));
            }
        });
    }

    [Test]
    public void Messages_within_messages_without_end_are_passed_over()
    {
        // A body of a condition, which has a node with a body, and so on: deeper than a stack could follow.
        var body = Node("Relu", ["x"], ["y"]);
        var deep = new LinkedList<byte[]>();
        long length = body.Length;
        for (var depth = 0; depth < 20_000; depth++)
        {
            // Graph, node, attribute: field 6 of an attribute is a graph.
            foreach (var field in new[] { 6, 5, 1 })
            {
                byte[] head = [.. Varint((field << 3) | 2), .. Varint(length)];
                deep.AddFirst(head);
                length += head.Length;
            }
        }

        using var file = Open([.. deep.SelectMany(part => part), .. body], Weight("x", [1]));

        Assert.That(file.Tensors, Contains.Key("x"));
    }

    [TestCase("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 46830571\n", "is a Git LFS pointer and not the weights")]
    [TestCase("<!doctype html><html>404 Not Found</html>", "is an HTML or XML page and not weights")]
    [TestCase("{\"error\": \"Repository not found\"}", "is JSON text and not weights")]
    [TestCase("\u001F\u008B\u0008\0\0\0\0\0", "is a gzip file; unpack it first")]
    [TestCase("\u0010\0\0\0ORTM\0\0", "is a model in ONNX Runtime's own format; take the .onnx file that it was made from")]
    [TestCase("", "is not a valid ONNX file: it has no graph")]
    public void What_lies_in_the_place_of_a_model_is_called_what_it_is(string content, string sentence)
    {
        File.WriteAllBytes(path, [.. content.Select(character => (byte)character)]);

        Assert.That(
            () => WeightsFile.Open(path),
            Throws.TypeOf<WeightsFileException>().With.Message.StartsWith($"'{path}' {sentence}"));
    }

    [Test]
    public void A_file_truncated_anywhere_is_refused()
    {
        var whole = Whole();

        Assert.Multiple(() =>
        {
            for (var length = 0; length < whole.Length; length++)
            {
                File.WriteAllBytes(path, whole[..length]);
                var exception = Assert.Catch<WeightsFileException>(() => WeightsFile.Open(path).Dispose(), $"{length} bytes");
                Assert.That(exception?.Message, Does.Contain(path));
            }
        });
    }

    [Test]
    public void A_file_with_any_byte_flipped_is_read_or_refused()
    {
        var whole = Whole();
        var refused = 0;
        for (var i = 0; i < whole.Length; i++)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= 0xFF;
            File.WriteAllBytes(path, flipped);
            try
            {
                using var file = WeightsFile.Open(path);
                foreach (var tensor in file.Tensors.Values)
                {
                    tensor.Read().Dispose();
                }
            }
            catch (WeightsFileException exception)
            {
                refused++;
                Assert.That(exception.Message, Does.Contain(path));
            }
        }

        Assert.That(refused, Is.GreaterThan(whole.Length / 4));
    }
}
