using FineTune.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Sharded safetensors, and TorchSharp's own files.</summary>
public sealed class WeightsFormatsTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        using Tensor a = ones(2), b = zeros(3);
        SafeTensors.Write(folder["model-1.safetensors"], new Dictionary<string, Tensor> { ["a"] = a });
        SafeTensors.Write(folder["model-2.safetensors"], new Dictionary<string, Tensor> { ["b"] = b });
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public void An_index_opens_all_its_files()
    {
        using var file = WeightsFile.Open(Index("""{"metadata":{"total_size":20},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"""));
        using var a = file.Tensors["a"].Read();

        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors.Keys, Is.EquivalentTo(new[] { "a", "b" }));
            Assert.That(a.data<float>().ToArray(), Is.EqualTo(new[] { 1f, 1f }));
        });
    }

    [TestCase("""{"weight_map":{"a":"model-1.safetensors","c":"model-2.safetensors"}}""", "lacks what")]
    [TestCase("""{"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors"}}""", "lacks what")]
    [TestCase("""{"weight_map":{"a":"model-3.safetensors"}}""", "does not exist")]
    [TestCase("""{"weight_map":{"a":"../model-1.safetensors"}}""", "which is not the name of a file beside it")]
    [TestCase("""{"weight_map":{"a":"/etc/passwd"}}""", "which is not the name of a file beside it")]
    [TestCase("""{"weight_map":{"a":1}}""", "the file of 'a' is not a string")]
    [TestCase("""{"weight_map":{"a":"model-1.safetensors","a":"model-2.safetensors"}}""", "it is not valid JSON")]
    [TestCase("""{"weight_map":{}}""", "its 'weight_map' is empty")]
    [TestCase("""{"weights":{}}""", "it has no object 'weight_map'")]
    [TestCase("""[]""", "it has no object 'weight_map'")]
    [TestCase("", "it is not valid JSON")]
    [TestCase("{", "it is not valid JSON")]
    public void A_malformed_index_is_named(string json, string sentence) =>
        Assert.That(() => WeightsFile.Open(Index(json)), Throws.TypeOf<WeightsFileException>().With.Message.Contains(sentence));

    [Test]
    public void A_shard_with_more_than_the_index_says_is_refused() =>
        Assert.That(
            () => WeightsFile.Open(Index("""{"weight_map":{"a":"model-both.safetensors"}}""", both: true)),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("has tensors that").And.Message.Contains(": b."));

    [Test]
    public void TorchSharps_own_files_are_read()
    {
        using var module = Sequential(("conv", Conv2d(1, 2, 3)), ("bn", BatchNorm2d(2)));
        var path = folder["module.dat"];
        module.save(path);

        using var file = WeightsFile.Open(path);

        Assert.Multiple(() =>
        {
            foreach ((var name, var tensor) in module.state_dict())
            {
                using var read = file.Tensors[name].Read();
                Assert.That(read.shape, Is.EqualTo(tensor.shape), name);
                Assert.That(read.dtype, Is.EqualTo(tensor.dtype), name);
                Assert.That(read.bytes.ToArray(), Is.EqualTo(tensor.bytes.ToArray()), name);
            }
        });
    }

    [Test]
    public void A_TorchSharp_file_truncated_anywhere_is_refused()
    {
        using var module = Linear(2, 1);
        var path = folder["module.dat"];
        module.save(path);
        var whole = File.ReadAllBytes(path);

        Assert.Multiple(() =>
        {
            for (var length = 0; length < whole.Length; length++)
            {
                File.WriteAllBytes(path, whole[..length]);
                Assert.That(
                    () => WeightsFile.Open(path),
                    Throws.TypeOf<WeightsFileException>().With.Message.Contains("truncated"),
                    $"{length} bytes");
            }
        });
    }

    [TestCase(new byte[] { 1, 1, (byte)'x', 99, 0 }, "'x' is of an unknown type, 99")]
    [TestCase(new byte[] { 1, 1, (byte)'x', 6, 65 }, "the rank of 'x' is 65, more than the 64 allowed")]
    [TestCase(new byte[] { 0, 1 }, "1 bytes follow its last tensor")]
    [TestCase(new byte[] { 2, 1, (byte)'x', 0, 1, 0, 1, (byte)'x', 0, 1, 0 }, "'x' is in it twice")]
    [TestCase(new byte[] { 1, 1, 0xFF, 0, 0, 1 }, "a name in it is not valid UTF-8")]
    [TestCase(new byte[] { 1, 1, (byte)'x', 6, 2, 255, 255, 255, 255, 255, 255, 255, 255, 127, 2 }, "the size of 'x' overflows")]
    [TestCase(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 }, "the number of its tensors has no end")]
    public void A_malformed_TorchSharp_file_is_named(byte[] content, string sentence)
    {
        File.WriteAllBytes(folder["x.dat"], content);

        Assert.That(() => WeightsFile.Open(folder["x.dat"]), Throws.TypeOf<WeightsFileException>().With.Message.Contains(sentence));
    }

    private string Index(string json, bool both = false)
    {
        if (both)
        {
            using Tensor a = ones(2), b = zeros(3);
            SafeTensors.Write(folder["model-both.safetensors"], new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        }

        var path = folder["model.safetensors.index.json"];
        File.WriteAllText(path, json);
        return path;
    }
}
