using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class PyTorchFileTests
{
    private static readonly string Fixtures = Path.Combine(TestContext.CurrentContext.TestDirectory, "Weights", "Fixtures");

    private TemporaryFolder folder;
    private string path;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder["weights.pt"];
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    private static float[] Floats(StoredTensor tensor)
    {
        using var read = tensor.Read();
        using var floats = read.to_type(ScalarType.Float32);
        return floats.numel() == 0 ? [] : floats.data<float>().ToArray();
    }

    [Test]
    public void Tensors_of_all_kinds_are_what_PyTorch_saved([Values("tricky.pt", "tricky-legacy.pt")] string name)
    {
        using var file = WeightsFile.Open(Path.Combine(Fixtures, name));
        var tensors = file.Tensors;
        float[] transposed = [.. Enumerable.Range(0, 6).SelectMany(row => Enumerable.Range(0, 4).Select(column => column * 6f + row))];

        Assert.Multiple(() =>
        {
            foreach ((var type, var expected) in new[]
                {
                    ("int8", ScalarType.Int8),
                    ("int16", ScalarType.Int16),
                    ("int32", ScalarType.Int32),
                    ("int64", ScalarType.Int64),
                    ("float16", ScalarType.Float16),
                    ("bfloat16", ScalarType.BFloat16),
                    ("float32", ScalarType.Float32),
                    ("float64", ScalarType.Float64),
                    ("complex64", ScalarType.ComplexFloat32),
                })
            {
                Assert.That(tensors["dtypes." + type].Type, Is.EqualTo(expected));
                Assert.That(
                    type == "complex64" ? Real(tensors["dtypes." + type]) : Floats(tensors["dtypes." + type]),
                    Is.EqualTo(new[] { -2f, -1, 0, 1, 2, 3 }),
                    type);
            }

            Assert.That(tensors["dtypes.complex128"].Type, Is.EqualTo(ScalarType.ComplexFloat64));
            Assert.That(Floats(tensors["dtypes.bool"]), Is.EqualTo(new[] { 1f, 1, 0, 1, 1, 1 }));
            Assert.That(Floats(tensors["dtypes.uint8"]), Is.EqualTo(new[] { 254f, 255, 0, 1, 2, 3 }));
            Assert.That(Floats(tensors["shared.whole"]), Is.EqualTo(Enumerable.Range(0, 24)));
            Assert.That(Floats(tensors["shared.offset"]), Is.EqualTo(Enumerable.Range(6, 12)));
            Assert.That(tensors["shared.transposed"].Shape, Is.EqualTo(new[] { 6, 4 }));
            Assert.That(Floats(tensors["shared.transposed"]), Is.EqualTo(transposed));
            Assert.That(Floats(tensors["shared.every_second"]), Is.EqualTo(Enumerable.Range(0, 12).Select(i => 2 * i + 1)));
            Assert.That(Floats(tensors["shared.expanded"]), Is.EqualTo(new[] { 3f, 3, 3, 4, 4, 4 }));
            Assert.That(Floats(tensors["parameter"]), Is.EqualTo(new[] { 7f, 7 }));
            Assert.That(tensors["empty"].Shape, Is.EqualTo(new[] { 3, 0 }));
            Assert.That(Floats(tensors["empty"]), Is.Empty);
            Assert.That(tensors["scalar"].Shape, Is.Empty);
            Assert.That(Floats(tensors["scalar"]), Is.EqualTo(new[] { 2.5f }));
        });

        static float[] Real(StoredTensor tensor)
        {
            using var read = tensor.Read();
            return [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(read.bytes).ToArray().Where((_, i) => i % 2 == 0)];
        }
    }

    /// <summary>The oldest of torchvision's files, such as vgg16-397923af.pth, are put together so.</summary>
    [Test]
    public void What_PyTorch_wrote_before_0_4_is_read([Values("old-parameters-legacy.pt", "old-python-legacy.pt")] string name)
    {
        using var file = WeightsFile.Open(Path.Combine(Fixtures, name));

        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "features.0.weight", "features.0.bias", "features.0.running_mean" }));
            Assert.That(file.Tensors["features.0.weight"].Shape, Is.EqualTo(new[] { 2, 3 }));
            Assert.That(Floats(file.Tensors["features.0.weight"]), Is.EqualTo(new[] { 0f, 1, 2, 3, 4, 5 }));
            Assert.That(Floats(file.Tensors["features.0.bias"]), Is.EqualTo(new[] { 6f, 7 }));
            Assert.That(Floats(file.Tensors["features.0.running_mean"]), Is.EqualTo(new[] { -1f, -2 }));
        });
    }

    [Test]
    public void The_state_dict_in_a_checkpoint_is_found([Values("nested.pt", "nested-legacy.pt")] string name)
    {
        using var file = WeightsFile.Open(Path.Combine(Fixtures, name));

        Assert.Multiple(() =>
        {
            Assert.That(
                file.Tensors.Keys,
                Is.EquivalentTo(
                    new[]
                    {
                        "module.0.weight",
                        "module.0.bias",
                        "module.1.weight",
                        "module.1.bias",
                        "module.1.running_mean",
                        "module.1.running_var",
                        "module.1.num_batches_tracked",
                    }));
            Assert.That(Floats(file.Tensors["module.0.weight"]), Is.EqualTo(Enumerable.Repeat(0.5f, 6)));
            Assert.That(Floats(file.Tensors["module.1.num_batches_tracked"]), Is.EqualTo(new[] { 1f }));
        });
    }

    [Test]
    public void Strided_tensors_are_copied_into_place()
    {
        using var file = WeightsFile.Open(Path.Combine(Fixtures, "tricky.pt"));
        using var destination = zeros(12, dtype: ScalarType.Float64);

        file.Tensors["shared.every_second"].CopyTo(destination);

        Assert.That(destination.data<double>().ToArray(), Is.EqualTo(Enumerable.Range(0, 12).Select(i => 2 * i + 1)));
    }

    [TestCase("protocol4.pt", "it is of protocol 4")]
    [TestCase("whole-model.pt", "it names 'torch.nn.modules.linear.Linear', which is no part of a state dict")]
    [TestCase("script.pt", "it is a TorchScript program")]
    public void What_is_no_state_dict_is_refused_by_name(string name, string sentence) =>
        Assert.That(
            () => WeightsFile.Open(Path.Combine(Fixtures, name)),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains(sentence));

    [Test]
    public void A_tar_archive_is_refused_with_the_way_to_convert_it()
    {
        var content = new byte[1024];
        "ustar"u8.CopyTo(content.AsSpan(257));
        File.WriteAllBytes(path, content);

        Assert.That(
            () => WeightsFile.Open(path),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("torch.save(torch.load(path), path)"));
    }

    private static PickleAssembler Start(byte protocol = 2) => new(protocol);

    public static IEnumerable<TestCaseData> Pickles()
    {
        yield return Case(
            "print",
            Start().Global("__builtin__", "print").Text("x").Raw(0x85).Raw('R').Stop(),
            "it names '__builtin__.print'");
        yield return Case("execv", Start().Global("posix", "execv").Text("/bin/sh").Raw(0x85).Raw('R').Stop(), "it names 'posix.execv'");
        yield return Case(
            "object of a class",
            Start().Global("collections", "OrderedDict").Raw(')').Raw(0x81).Stop(),
            "it makes an object of 'collections.OrderedDict', which is no part of a state dict");
        yield return Case(
            "object of a string",
            Start().Text("x").Raw(')').Raw(0x81).Stop(),
            "it makes an object of something that is not a name");
        yield return Case(
            "parameter of no tensor",
            Start().Global("torch.nn.parameter", "Parameter").Raw(')').Raw(0x81).Stop(),
            "it makes an object of 'torch.nn.parameter.Parameter'");
        yield return Case(
            "strange state of a parameter",
            PickleAssembler.StateDict(
                beforeTensor: pickle => pickle.Global("torch.nn.parameter", "Parameter"),
                afterTensor: pickle => pickle.Raw(0x85).Raw(0x81).Raw('}').Raw('b')),
            "it fills something that is not a dictionary");
        yield return Case(
            "dictionary of no pairs",
            Start().Global("collections", "OrderedDict").Raw(']').Text("x").Raw('a').Raw(0x85).Raw('R').Stop(),
            "it makes a dictionary of something that is not pairs");
        yield return Case("short string of half a character", Start().Raw('U').Raw(1, 0xC3).Stop(), "not valid UTF-8");
        yield return Case("unneeded instruction", Start().Raw('N').Raw('2').Stop(), "it has the instruction 0x32 at byte 3");
        yield return Case("protocol 5", Start(5).Raw('N').Stop(), "it is of protocol 5");
        yield return Case(
            "item set on a tensor",
            PickleAssembler.StateDict(afterTensor: pickle => pickle.Text("k").Text("v").Raw('s')),
            "it fills something that is not a dictionary");
        yield return Case(
            "state set on a tensor",
            PickleAssembler.StateDict(afterTensor: pickle => pickle.Raw('}').Raw('b')),
            "it fills something that is not a dictionary");
        yield return Case("count above the record", PickleAssembler.StateDict(count: 7), "storage 0 has 24 bytes instead of the 28");
        yield return Case(
            "count below the record",
            PickleAssembler.StateDict(count: 6, shape: [5], strides: [1], storage: "HalfStorage"),
            "storage 0 has 24 bytes instead of the 12");
        yield return Case("negative count", PickleAssembler.StateDict(count: -1), "storage 0 has -1 elements");
        yield return Case("huge stride", PickleAssembler.StateDict(strides: [long.MaxValue, 1]), "overflows");
        yield return Case("stride beyond the storage", PickleAssembler.StateDict(strides: [4, 1]), "reaches beyond its 6 elements");
        yield return Case("negative stride", PickleAssembler.StateDict(strides: [-1, 1]), "has a negative number in it");
        yield return Case("negative size", PickleAssembler.StateDict(shape: [-2, 3]), "has a negative number in it");
        yield return Case("huge shape", PickleAssembler.StateDict(shape: [long.MaxValue, long.MaxValue], strides: [0, 0]), "overflows");
        yield return Case("offset 999 in 24 bytes", PickleAssembler.StateDict(offset: 999), "reaches beyond its 6 elements");
        yield return Case("negative offset", PickleAssembler.StateDict(offset: -1), "has a negative number in it");
        yield return Case(
            "expanded beyond measure",
            PickleAssembler.StateDict(shape: [1_000_000], strides: [0]),
            "more than 100 times as many elements as are stored");
        yield return Case(
            "rank 65",
            PickleAssembler.StateDict(shape: [.. Enumerable.Repeat(1L, 65)], strides: [.. Enumerable.Repeat(1L, 65)]),
            "at most 64");
        yield return Case("rank that differs", PickleAssembler.StateDict(strides: [1]), "has 2 sizes and 1 strides");
        yield return Case("unknown dtype", PickleAssembler.StateDict(storage: "QInt8Storage"), "it names 'torch.QInt8Storage'");
        yield return Case("missing storage", PickleAssembler.StateDict(key: "5"), "it lacks the record 'archive/data/5'");
        yield return Case(
            "storage outside the archive",
            PickleAssembler.StateDict(key: "../data.pkl"),
            "it lacks the record 'archive/data/../data.pkl'");
        yield return Case("storage described in two ways", Twice(), "storage 0 is described in two ways");
        yield return Case("same name twice", SameName(), "'x' is in it twice");
        yield return Case("memory bomb", Bomb(), "it remembers more than 1000000 values");
        yield return Case("instruction bomb", Instructions(), "it has more than 10000000 instructions");
        yield return Case("nesting bomb", [.. Start().Raw([.. Enumerable.Repeat((byte)'(', 2000)]).Stop()], "it nests too deep");
        yield return Case("stack bomb", [.. Start().Raw([.. Enumerable.Repeat((byte)'N', 20_000)]).Stop()], "it nests too deep");
        yield return Case("dangling recall", Start().Raw((byte)'h', 9).Stop(), "it recalls value 9, which it never remembered");
        yield return Case("empty stack", Start().Raw('R').Stop(), "it takes more from its stack than it put there");
        yield return Case("remembering nothing", Start().Raw((byte)'q', 0).Stop(), "it takes more from its stack than it put there");
        yield return Case(
            "taking from below the mark",
            Start().Text("a").Mark().Raw(0x85).Stop(),
            "it takes more from its stack than it put there");
        yield return Case("tuple without a mark", Start().Raw('t').Stop(), "it takes more from its stack than it put there");
        yield return Case("no stop", PickleAssembler.StateDict()[..^1], "it ends in the middle");
        yield return Case("something left", Start().Raw('N').Raw('N').Stop(), "it ends with something left on its stack");
        yield return Case("key without a value", Start().Raw('}').Mark().Text("x").Raw('u').Stop(), "a key in it lacks its value");
        yield return Case(
            "long string",
            Start().Raw('X').Raw(BitConverter.GetBytes(2 << 20)).Raw(new byte[2 << 20]).Stop(),
            "more than the 1048576 allowed");
        yield return Case("string of half a character", Start().Raw('X').Raw(1, 0, 0, 0, 0xC3).Stop(), "not valid UTF-8");
        yield return Case("endless name", Start().Raw('c').Raw([.. Enumerable.Repeat((byte)'a', 5000)]).Stop(), "a name without an end");
        yield return Case("calling a string", Start().Text("f").Raw(')').Raw('R').Stop(), "it calls something that is not a name");
        yield return Case(
            "wrong arguments",
            Start().Global("torch._utils", "_rebuild_tensor_v2").Raw(')').Raw('R').Stop(),
            "it calls 'torch._utils._rebuild_tensor_v2' with arguments that it does not take");
        yield return Case(
            "something that is no storage",
            Start().Text("storage").Raw('Q').Stop(),
            "it refers to something that is not a storage");
        yield return Case("a list", Start().Raw(']').Stop(), "it does not hold a dictionary of tensors");
        yield return Case(
            "no tensors",
            Start().Raw('}').Text("epoch").Raw((byte)'K', 3).Raw('s').Stop(),
            "it holds a dictionary without tensors");

        static TestCaseData Case(string name, byte[] pickle, string sentence) =>
            new TestCaseData(pickle, sentence).SetArgDisplayNames(name);

        static byte[] Twice() => PickleAssembler.StateDict(afterTensor: pickle => pickle.Text("y")
            .Mark().Text("storage").Global("torch", "HalfStorage").Text("0").Text("cpu").Number(6).Raw('t').Raw('Q'));

        static byte[] SameName()
        {
            var pickle = PickleAssembler.StateDict();
            var item = Array.IndexOf(pickle, (byte)'X');
            return [.. pickle[..^2], .. pickle[item..^2], .. pickle[^2..]];
        }

        static byte[] Bomb()
        {
            var pickle = Start().Raw('N');
            for (var i = 0; i < 1_000_002; i++)
            {
                pickle.Raw('r').Raw(BitConverter.GetBytes(i));
            }

            return pickle.Stop();
        }

        static byte[] Instructions() =>
            Start().Raw('N').Raw([.. Enumerable.Repeat<byte[]>([(byte)'q', 0], 10_000_001).SelectMany(pair => pair)]).Stop();
    }

    [TestCaseSource(nameof(Pickles))]
    public void A_hostile_pickle_gives_one_clear_error(byte[] pickle, string sentence)
    {
        File.WriteAllBytes(
            path,
            Archive(("archive/data.pkl", pickle), ("archive/version", "3\n"u8.ToArray()), ("archive/data/0", new byte[24])));

        AssertRefused(sentence);
    }

    [Test]
    public void The_assembled_archive_is_valid_before_it_is_spoilt()
    {
        File.WriteAllBytes(path, Valid());

        using var file = WeightsFile.Open(path);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new float[6]));
    }

    [TestCase("archive/version", "11\n", "its version is '11'; expected 1 to 10")]
    [TestCase("archive/version", "x", "its version is 'x'; expected 1 to 10")]
    [TestCase("archive/byteorder", "big", "it was written on a big-endian machine")]
    [TestCase("archive/constants.pkl", "", "it is a TorchScript program")]
    [TestCase("other/data.pkl", "", "it has 2 records '<name>/data.pkl' instead of one")]
    [TestCase("archive/../../x", "", "the name 'archive/../../x' in it leads out of the archive")]
    public void An_archive_with_a_wrong_record_is_refused(string name, string content, string sentence)
    {
        (string, byte[])[] records = [("archive/data.pkl", PickleAssembler.StateDict()), ("archive/data/0", new byte[24])];
        if (name != "archive/version")
        {
            records = [.. records, ("archive/version", "3\n"u8.ToArray())];
        }

        File.WriteAllBytes(path, Archive([.. records, (name, Encoding.UTF8.GetBytes(content))]));

        AssertRefused(sentence);
    }

    [Test]
    public void An_archive_without_a_version_is_refused()
    {
        File.WriteAllBytes(path, Archive(("archive/data.pkl", PickleAssembler.StateDict()), ("archive/data/0", new byte[24])));

        AssertRefused("it lacks the record 'archive/version'");
    }

    [Test]
    public void A_record_that_is_there_twice_is_refused()
    {
        File.WriteAllBytes(
            path,
            Archive(
                ("archive/data.pkl", PickleAssembler.StateDict()),
                ("archive/version", "3"u8.ToArray()),
                ("archive/data/0", new byte[24]),
                ("archive/data/0", new byte[24])));

        AssertRefused("'archive/data/0' is in it twice");
    }

    // As TorchSharp.PyBridge writes it.
    [Test]
    public void Deflated_records_are_inflated()
    {
        byte[] numbers = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];
        File.WriteAllBytes(path, Deflated(numbers));

        using var file = WeightsFile.Open(path);
        using var transposed = zeros(2, 3);
        file.Tensors["x"].CopyTo(transposed);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new[] { 0f, 1, 2, 3, 4, 5 }));
        Assert.That(transposed.data<float>().ToArray(), Is.EqualTo(new[] { 0f, 1, 2, 3, 4, 5 }));
    }

    [Test]
    public void A_part_of_a_deflated_record_is_read()
    {
        byte[] numbers = [.. Enumerable.Range(0, 300_000).SelectMany(i => BitConverter.GetBytes((float)i))];
        File.WriteAllBytes(path, Archive(
            CompressionLevel.Fastest,
            ("archive/data.pkl", PickleAssembler.StateDict(count: 300_000, offset: 200_000, shape: [2], strides: [50_000])),
            ("archive/version", "3"u8.ToArray()),
            ("archive/data/0", numbers)));

        using var file = WeightsFile.Open(path);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new[] { 200_000f, 250_000 }));
    }

    [Test]
    public void A_deflated_record_that_declares_less_than_it_inflates_to_is_refused_once_it_is_read()
    {
        var archive = Deflated(new byte[4_000]);
        BitConverter.TryWriteBytes(archive.AsSpan(archive.AsSpan().LastIndexOf("archive/data/0"u8) - 46 + 24), 24);
        File.WriteAllBytes(path, archive);
        using var file = WeightsFile.Open(path);

        Assert.That(() => file.Tensors["x"].Read(), Refused("'archive/data/0' inflates to more than the 24 bytes that it declares"));
    }

    [Test]
    public void A_deflated_record_that_declares_more_than_it_can_become_is_refused()
    {
        var archive = Deflated(new byte[24]);
        BitConverter.TryWriteBytes(archive.AsSpan(archive.AsSpan().LastIndexOf("archive/data/0"u8) - 46 + 24), 1 << 30);
        File.WriteAllBytes(path, archive);

        AssertRefused("'archive/data/0' would be 1073741824 bytes, more than");
    }

    [Test]
    public void A_deflated_record_that_is_damaged_is_named()
    {
        byte[] numbers = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];
        var archive = Deflated(numbers);
        var start = archive.AsSpan().IndexOf("archive/data/0"u8) + "archive/data/0".Length;
        for (var i = start; i < start + 4; i++)
        {
            byte[] damaged = [.. archive];
            damaged[i] ^= 0x15;
            File.WriteAllBytes(path, damaged);
            using var file = WeightsFile.Open(path);

            Assert.That(() => file.Tensors["x"].Read(), Throws.TypeOf<WeightsFileException>().With.Message.Contains("'archive/data/0'"));
        }
    }

    [Test]
    public void A_record_that_is_compressed_in_another_way_is_refused()
    {
        var archive = Deflated(new byte[24]);
        archive[archive.AsSpan().LastIndexOf("archive/data/0"u8) - 46 + 10] = 14;
        File.WriteAllBytes(path, archive);

        AssertRefused("'archive/data/0' is compressed by method 14; expected it stored or deflated");
    }

    [Test]
    public void Beside_a_state_dict_may_stand_what_no_state_dict_has()
    {
        // {'model': {…}, 'args': argparse.Namespace(lr=0.1), 'best': numpy.float64(…), 'seen': set, 'optimizer': …}
        var pickle = new PickleAssembler().Raw('}').Mark().Text("model");
        var inner = PickleAssembler.StateDict()[2..^1];
        pickle.Raw(inner)
            .Text("args").Global("argparse", "Namespace").Raw(')').Raw(0x81).Raw('}').Text("lr").Number(1).Raw('s').Raw('b')
            .Text("best").Global("numpy.core.multiarray", "scalar")
            .Global("numpy", "dtype").Text("f8").Raw(0x89).Raw(0x88).Raw(0x87).Raw('R')
            .Mark().Number(3).Text("<").Raw('N').Raw('N').Raw('N').Number(-1).Number(-1).Number(0).Raw('t').Raw('b')
            .Global("_codecs", "encode").Text("abc").Text("latin1").Raw(0x86).Raw('R').Raw(0x86).Raw('R')
            .Text("seen").Global("__builtin__", "set").Raw(']').Number(1).Raw('a').Raw(0x85).Raw('R')
            .Text("counts").Global("collections", "Counter").Raw(')').Raw('R').Text("a").Number(1).Raw('s')
            .Text("bytes").Raw('U').Raw(2, 0xFF, 0xFE).Raw('T').Raw(1, 0, 0, 0, 0xFF).Raw(0x86)
            .Raw('u');
        File.WriteAllBytes(path, Archive(
            ("archive/data.pkl", pickle.Stop()), ("archive/version", "3"u8.ToArray()), ("archive/data/0", new byte[24])));

        using var file = WeightsFile.Open(path);

        Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void A_whole_model_in_the_place_of_its_state_dict_is_refused_by_name()
    {
        var pickle = new PickleAssembler().Raw('}').Text("model").Global("models.yolo", "Model")
            .Raw(')').Raw(0x81).Raw('}').Raw('b').Raw('s');
        File.WriteAllBytes(path, Archive(("archive/data.pkl", pickle.Stop()), ("archive/version", "3"u8.ToArray())));

        AssertRefused("it names 'models.yolo.Model', which is no part of a state dict; nothing of it was executed.");
    }

    [TestCase("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 46830571\n", "is a Git LFS pointer and not the weights")]
    [TestCase("<!doctype html><html>404 Not Found</html>", "is an HTML or XML page and not weights")]
    [TestCase("\n  <html>Sign in</html>", "is an HTML or XML page and not weights")]
    [TestCase("{\"error\": \"Repository not found\"}", "is JSON text and not weights")]
    [TestCase("\u001F\u008B\u0008\0\0\0\0\0", "is a gzip file; unpack it first")]
    public void What_lies_in_the_place_of_weights_is_called_what_it_is(string content, string sentence)
    {
        foreach (var name in new[] { "w.pth", "w.safetensors", "w.bin", "w.dat", "w" })
        {
            File.WriteAllBytes(folder[name], [.. content.Select(character => (byte)character)]);

            Assert.That(
                () => WeightsFile.Open(folder[name]),
                Throws.TypeOf<WeightsFileException>().With.Message.StartsWith($"'{folder[name]}' {sentence}"));
        }
    }

    // A header of 35,615 bytes begins as a gzip file does, one of 60 or 123 with an angle or a brace.
    [TestCase(0x088B1F)]
    [TestCase(60)]
    [TestCase(123)]
    public void A_safetensors_file_is_none_of_these_by_the_length_of_its_header(int length)
    {
        const string Header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        byte[] content = [.. BitConverter.GetBytes((long)length), .. Encoding.UTF8.GetBytes(Header.PadRight(length)), 0, 0, 0x80, 0x3F];
        File.WriteAllBytes(folder["w.safetensors"], content);

        using var file = WeightsFile.Open(folder["w.safetensors"]);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new[] { 1f }));
    }

    [TestCase("archive/data.pkl")]
    [TestCase("archive/version")]
    public void A_wrong_checksum_of_what_describes_the_tensors_is_named_at_once(string record)
    {
        File.WriteAllBytes(path, WithChecksum(Valid(), record, checksum => checksum[0] ^= 1));

        AssertRefused($"the checksum of '{record}' is wrong");
    }

    [Test]
    public void A_wrong_checksum_of_elements_is_named_each_time_they_are_read()
    {
        File.WriteAllBytes(path, WithChecksum(Valid(), "archive/data/0", checksum => checksum[0] ^= 1));
        using var file = WeightsFile.Open(path);
        using var destination = ones(2, 3);

        Assert.Multiple(() =>
        {
            foreach (var _ in Enumerable.Range(0, 2))
            {
                Assert.That(() => file.Tensors["x"].Read(), Refused("the checksum of 'archive/data/0' is wrong."));
                Assert.That(() => file.Tensors["x"].CopyTo(destination), Refused("the checksum of 'archive/data/0' is wrong."));
            }

            Assert.That(destination.data<float>().ToArray(), Is.All.EqualTo(1f), "nothing was copied");
        });
    }

    [Test]
    public void A_checksum_of_zero_means_that_there_is_none()
    {
        File.WriteAllBytes(path, WithChecksum(Valid(), "archive/data/0", checksum => checksum.Clear()));

        using var file = WeightsFile.Open(path);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new float[6]));
    }

    [TestCase("shared.whole")]
    [TestCase("shared.offset")]
    [TestCase("shared.transposed")]
    [TestCase("shared.expanded")]
    public void A_view_is_not_read_from_a_damaged_record(string name)
    {
        var archive = File.ReadAllBytes(Path.Combine(Fixtures, "tricky.pt"));
        byte[] numbers = [.. Enumerable.Range(0, 24).SelectMany(i => BitConverter.GetBytes((float)i))];
        archive[archive.AsSpan().IndexOf(numbers) + numbers.Length - 1] ^= 1;
        File.WriteAllBytes(path, archive);
        using var file = WeightsFile.Open(path);

        Assert.Multiple(() =>
        {
            Assert.That(() => file.Tensors[name].Read(), Refused("the checksum of 'tricky/data/"));
            Assert.That(Floats(file.Tensors["scalar"]), Is.EqualTo(new[] { 2.5f }), "others are");
        });
    }

    /// <summary>Records are read in parts of 512 KiB.</summary>
    [TestCase(0)]
    [TestCase(600_001)]
    [TestCase(1_199_999)]
    public void A_long_record_is_read_whole_and_damage_found_anywhere(int damaged)
    {
        float[] numbers = [.. Enumerable.Range(0, 300_000).Select(i => (float)i)];
        using (var whole = tensor(numbers))
        {
            PyTorchWeights.Write(path, new Dictionary<string, Tensor> { ["x"] = whole });
        }

        using (var file = WeightsFile.Open(path))
        {
            using var copy = zeros(300_000);
            file.Tensors["x"].CopyTo(copy);
            Assert.That(copy.data<float>().ToArray(), Is.EqualTo(numbers));
            Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(numbers));
        }

        var archive = File.ReadAllBytes(path);
        archive[archive.AsSpan().IndexOf("archive/data/0"u8) + "archive/data/0".Length + damaged] ^= 0x10;
        File.WriteAllBytes(path, archive);

        using var spoilt = WeightsFile.Open(path);
        Assert.That(() => spoilt.Tensors["x"].Read(), Refused("the checksum of 'archive/data/0' is wrong."));
    }

    [TestCase("")]
    [TestCase("a text, and not weights")]
    public void What_is_named_as_PyTorchs_and_is_something_else_is_called_so(string content)
    {
        path = folder["resnet18.pth"];
        File.WriteAllText(path, content);

        AssertRefused("it starts neither as a zip archive nor as the pickles that torch.save wrote before.");
    }

    [Test]
    public void A_safetensors_file_is_known_by_its_content_whatever_it_is_called()
    {
        path = folder["model.bin"];
        using (var tensor = ones(2))
        {
            SafeTensors.Write(path, new Dictionary<string, Tensor> { ["x"] = tensor });
        }

        using var file = WeightsFile.Open(path);

        Assert.That(Floats(file.Tensors["x"]), Is.EqualTo(new[] { 1f, 1f }));
    }

    [Test]
    public void An_encrypted_record_is_refused()
    {
        var archive = Valid();
        archive[archive.AsSpan().LastIndexOf("archive/data/0"u8) - 46 + 8] |= 1;
        File.WriteAllBytes(path, archive);

        AssertRefused("'archive/data/0' is encrypted");
    }

    [Test]
    public void Two_records_in_one_place_are_refused()
    {
        var archive = Archive(
            ("archive/data.pkl", PickleAssembler.StateDict()),
            ("archive/version", "3"u8.ToArray()),
            ("archive/data/0", new byte[24]),
            ("archive/data/1", new byte[24]));
        int first = archive.AsSpan().LastIndexOf("archive/data/0"u8) - 46,
            second = archive.AsSpan().LastIndexOf("archive/data/1"u8) - 46;
        archive.AsSpan(first + 42, 4).CopyTo(archive.AsSpan(second + 42));
        File.WriteAllBytes(path, archive);

        AssertRefused("'archive/data/1' is not where the directory says");
    }

    [Test]
    public void Zip64_is_read_as_PyTorch_writes_it()
    {
        var archive = File.ReadAllBytes(Path.Combine(Fixtures, "tricky.pt"));
        var end = archive.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        Assert.That(archive.AsSpan(end - 20, 4).SequenceEqual("PK\u0006\u0007"u8), "PyTorch writes a zip64 locator");

        // Only the zip64 end says where the directory is.
        archive.AsSpan(end + 8, 12).Fill(0xFF);
        File.WriteAllBytes(path, archive);
        using (var file = WeightsFile.Open(path))
        {
            Assert.That(file.Tensors, Contains.Key("scalar"));
        }

        BinaryPrimitives.WriteInt64LittleEndian(archive.AsSpan(end - 20 + 8), long.MaxValue);
        File.WriteAllBytes(path, archive);
        AssertRefused("its zip64 locator is damaged");
    }

    [Test]
    public void A_file_truncated_anywhere_is_refused(
        [Values("tricky.pt", "tricky-legacy.pt", "old-parameters-legacy.pt", "old-python-legacy.pt")] string name)
    {
        var whole = File.ReadAllBytes(Path.Combine(Fixtures, name));

        Assert.Multiple(() =>
        {
            // From the whole file down, byte by byte.
            File.WriteAllBytes(path, whole);
            for (var length = whole.Length - 1; length >= 0; length--)
            {
                using (var file = File.OpenWrite(path))
                {
                    file.SetLength(length);
                }

                var exception = Assert.Catch<WeightsFileException>(
                    () => WeightsFile.Open(path).Dispose(),
                    $"{length} bytes");
                Assert.That(exception?.Message, Does.Contain(path));
            }
        });
    }

    [Test]
    public void A_file_with_any_byte_flipped_is_read_or_refused(
        [Values("tricky.pt", "tricky-legacy.pt", "old-parameters-legacy.pt", "old-python-legacy.pt")] string name)
    {
        var content = File.ReadAllBytes(Path.Combine(Fixtures, name));
        var refused = 0;
        File.WriteAllBytes(path, content);
        for (var i = 0; i < content.Length; i++)
        {
            using (var changed = File.OpenWrite(path))
            {
                // Back to what it was before this byte, and this one flipped.
                changed.Position = Math.Max(i - 1, 0);
                changed.Write(content, (int)changed.Position, i - (int)changed.Position);
                changed.WriteByte((byte)(content[i] ^ 0xFF));
            }

            try
            {
                using var file = WeightsFile.Open(path);
                foreach (var tensor in file.Tensors.Values)
                {
                    tensor.Read().Dispose();
                }
            }
            catch (WeightsFileException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(content.Length / 4));
    }

    private static byte[] Valid() =>
        Archive(
            ("archive/data.pkl", PickleAssembler.StateDict()),
            ("archive/version", "3\n"u8.ToArray()),
            ("archive/data/0", new byte[24]));

    private static byte[] Archive(params (string Name, byte[] Content)[] records) => Archive(CompressionLevel.NoCompression, records);

    private static byte[] Archive(CompressionLevel level, params (string Name, byte[] Content)[] records)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((var name, var content) in records)
            {
                using var record = archive.CreateEntry(name, level).Open();
                record.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Deflated(byte[] elements) => Archive(
        CompressionLevel.SmallestSize,
        ("archive/data.pkl", PickleAssembler.StateDict()),
        ("archive/version", "3"u8.ToArray()),
        ("archive/data/0", elements));

    private static byte[] WithChecksum(byte[] archive, string record, SpanAction change)
    {
        change(archive.AsSpan(archive.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(record)) - 46 + 16, 4));
        return archive;
    }

    private delegate void SpanAction(Span<byte> bytes);

    private NUnit.Framework.Constraints.Constraint Refused(string sentence) =>
        Throws
            .TypeOf<WeightsFileException>()
            .With.Message.StartsWith($"'{path}' is not a valid PyTorch file: ")
            .And.Message.Contains(sentence);

    private void AssertRefused(string sentence) => Assert.That(() => WeightsFile.Open(path).Dispose(), Refused(sentence));
}
