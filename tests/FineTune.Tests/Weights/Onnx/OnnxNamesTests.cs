using FineTune.Vision;
using FineTune.Weights;
using TorchSharp;
using static FineTune.Tests.OnnxAssembler;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Which tensor of a graph is which of a model: by its name, by the bias that is added, or by the order of the layers.</summary>
public sealed class OnnxNamesTests
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

    private LoadReport Load(Module module, params byte[][] graph) => Load(module, new(), graph);

    private LoadReport Load(Module module, LoadBackboneOptions options, params byte[][] graph)
    {
        File.WriteAllBytes(path, Model(graph));
        using var file = WeightsFile.Open(path);
        var match = new BackboneMatch(file, "backbone", module.state_dict(), [], options);
        match.Load();
        return match.Report(path);
    }

    private static float First(Module module, string name) => module.state_dict()[name].flatten()[0].ToSingle();

    private static float[] Values(Module module, string name) => module.state_dict()[name].flatten().data<float>().ToArray();

    [Test]
    public void PyTorchs_names_are_kept()
    {
        using var module = Sequential(("conv", Conv2d(1, 2, 3)), ("bn", BatchNorm2d(2)));
        var report = Load(module, [.. Parts()]);

        Assert.Multiple(() =>
        {
            Assert.That(Values(module, "conv.weight"), Is.EqualTo(Enumerable.Range(1, 18)));
            Assert.That(Values(module, "bn.running_mean"), Is.EqualTo(new[] { 1f, 2 }));
            Assert.That(Values(module, "bn.running_var"), Is.EqualTo(new[] { 1f, 2 }), "double in the file");
            Assert.That(report.Loaded, Has.Count.EqualTo(6));
            Assert.That(report.LeftOut, Is.EquivalentTo(new[] { "fc.weight", "fc.bias" }), "another network's head");
            Assert.That(report.Constants, Is.EqualTo(3), "the shape, the truths, and the bias that is there under another name too");
            Assert.That($"{report}", Does.EndWith("left out fc.bias, fc.weight, passed over 3 constants of the graph."));
        });

        static IEnumerable<byte[]> Parts()
        {
            yield return Node("Constant", [], ["shape"], Value(Described("", Longs, 2), Field(7, [.. Varint(-1), .. Varint(4)])));
            yield return Node("Conv", ["x", "conv.weight", "conv.bias"], ["c"]);
            yield return Node("BatchNormalization", ["c", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"], ["b"]);
            yield return Node("Reshape", ["b", "shape"], ["r"]);
            yield return Node("MatMul", ["r", "onnx::MatMul_12"], ["m"]);
            yield return Node("Add", ["fc.bias", "m"], ["y"]);
            yield return Node("Identity", ["bn.bias"], ["other.bias"]);
            yield return Weight("conv.weight", [2, 1, 3, 3]);
            yield return Weight("conv.bias", [2]);
            yield return Weight("bn.weight", [2]);
            yield return Weight("bn.bias", [2]);
            yield return Weight("bn.running_mean", [2]);
            yield return Initializer(
                Described("bn.running_var", 11, 2),
                Field(10, [.. BitConverter.GetBytes(1d), .. BitConverter.GetBytes(2d)]));
            yield return Weight("onnx::MatMul_12", [4, 3]);
            yield return Weight("fc.bias", [3]);
            yield return Initializer(Described("truths", 9, 2), Field(5, Varint(1), Varint(0)));
        }
    }

    [Test]
    public void A_matrix_takes_the_name_of_the_bias_that_is_added_and_is_transposed([Values] bool isBiasFirst)
    {
        using var module = Sequential(("fc", Linear(2, 3)));
        Load(
            module,
            Node("MatMul", ["x", "927"], ["m"]),
            Node("Add", isBiasFirst ? ["fc.bias", "m"] : ["m", "fc.bias"], ["y"]),
            Weight("927", [2, 3]),
            Weight("fc.bias", [3], 7));

        Assert.Multiple(() =>
        {
            Assert.That(Values(module, "fc.weight"), Is.EqualTo(new[] { 1f, 4, 2, 5, 3, 6 }));
            Assert.That(Values(module, "fc.bias"), Is.EqualTo(new[] { 7f, 8, 9 }));
        });
    }

    [TestCase("Transpose")]
    [TestCase("Transpose", "Identity")]
    [TestCase("Cast", "Transpose")]
    [TestCase("Transpose", "Cast", "Transpose", "Identity", "Transpose")]
    public void A_matrix_that_the_graph_transposes_is_as_it_was(params string[] operators)
    {
        using var module = Sequential(("fc", Linear(2, 3)));
        var names = operators.Select((_, i) => $"w{i + 1}").Prepend("w0").ToArray();
        Load(
            module,
            [
                .. operators.Select((kind, i) => Node(kind, [names[i]], [names[i + 1]])),
                Node("MatMul", ["x", names[^1]], ["m"]),
                Node("Add", ["m", "fc.bias"], ["y"]),
                Weight("w0", [3, 2]),
                Weight("fc.bias", [3]),
            ]);

        Assert.That(Values(module, "fc.weight"), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [Test]
    public void A_Gemm_says_whether_its_matrix_is_transposed([Values(0, 1)] int transB, [Values("fc.weight", "w")] string name)
    {
        using var module = Sequential(("fc", Linear(2, 3)));
        Load(
            module,
            Node("Gemm", ["x", name, "fc.bias"], ["y"], Attribute("transB", transB), Attribute("alpha", 1f)),
            Weight(name, transB == 1 ? [3, 2] : [2, 3]),
            Weight("fc.bias", [3]));

        Assert.That(Values(module, "fc.weight"), Is.EqualTo(transB == 1 ? new[] { 1f, 2, 3, 4, 5, 6 } : [1, 4, 2, 5, 3, 6]));
    }

    [Test]
    public void Equal_tensors_that_are_stored_once_have_each_their_names()
    {
        using var module = Sequential(("a", Linear(2, 2)), ("b", Linear(2, 2)));
        Load(
            module,
            Node("Identity", ["a.bias"], ["b.bias"]),
            Node("MatMul", ["x", "w"], ["m"]),
            Node("Add", ["m", "a.bias"], ["y"]),
            Node("MatMul", ["y", "w"], ["n"]),
            Node("Add", ["n", "b.bias"], ["z"]),
            Weight("w", [2, 2]),
            Weight("a.bias", [2], 5));

        Assert.Multiple(() =>
        {
            Assert.That(Values(module, "a.weight"), Is.EqualTo(new[] { 1f, 3, 2, 4 }));
            Assert.That(Values(module, "b.weight"), Is.EqualTo(new[] { 1f, 3, 2, 4 }));
            Assert.That(Values(module, "b.bias"), Is.EqualTo(new[] { 5f, 6 }));
        });
    }

    [Test]
    public void A_matrix_that_is_an_embedding_as_well_keeps_its_name()
    {
        using var module = Sequential(("words", Embedding(3, 2)), ("fc", Linear(2, 3)));
        Load(
            module,
            Node("Gather", ["words.weight", "x"], ["e"]),
            Node("Transpose", ["words.weight"], ["t"], Attribute("perm", 1, 0)),
            Node("MatMul", ["e", "t"], ["m"]),
            Node("Add", ["m", "fc.bias"], ["y"]),
            Weight("words.weight", [3, 2]),
            Weight("fc.bias", [3]));

        Assert.That(Values(module, "fc.weight"), Is.EqualTo(Values(module, "words.weight")));
    }

    [Test]
    public void Rename_is_for_the_names_that_come_out()
    {
        using var module = Sequential(("fc", Linear(2, 3)));
        Load(
            module,
            new LoadBackboneOptions { Rename = [("^encoder\\.", "")] },
            Node("MatMul", ["x", "927"], ["m"]),
            Node("Add", ["m", "encoder.fc.bias"], ["y"]),
            Weight("927", [2, 3]),
            Weight("encoder.fc.bias", [3]));

        Assert.That(Values(module, "fc.weight"), Is.EqualTo(new[] { 1f, 4, 2, 5, 3, 6 }));
    }

    [Test]
    public void Without_names_the_layers_are_taken_in_order_whichever_branch_is_stored_first([Values] bool isShortcutFirst)
    {
        using var module = Backbones.ResNet([1, 2], width: 8);
        var graph = new NamelessResNet(isShortcutFirst);
        var report = Load(module, [.. graph.Parts]);

        Assert.Multiple(() =>
        {
            foreach ((var name, var first) in graph.Expected)
            {
                Assert.That(First(module, name), Is.EqualTo(first), name);
            }

            Assert.That(report.Loaded, Is.EquivalentTo(graph.Expected.Keys));
            Assert.That(report.LeftOut, Is.EquivalentTo(new[] { "h1", "h2" }), "the matrix and the bias of its head");
            Assert.That(report.Missing, Is.Empty);
        });
    }

    [Test]
    public void What_does_not_fit_in_order_is_named()
    {
        using var module = Sequential(("first", Conv2d(1, 2, 3)), ("second", Conv2d(2, 4, 3)));
        byte[][] Graph(long channels) =>
        [
            Node("Conv", ["x", "1", "2"], ["y"]),
            Node("Conv", ["y", "3", "4"], ["z"]),
            Weight("1", [2, 1, 3, 3]),
            Weight("2", [2]),
            Weight("3", [channels, 2, 3, 3]),
            Weight("4", [channels]),
        ];

        Assert.Multiple(() =>
        {
            Assert.That(() => Load(module, Graph(4)), Throws.Nothing);
            Assert.That(
                () => Load(module, Graph(5)),
                Throws.TypeOf<WeightsFileException>()
                    .With.Message.Contains("the order of its layers does not fit: Conv of 'z' has weight [5, 2, 3, 3], bias [5], and "
                        + "'second' weight [4, 2, 3, 3], bias [4]."));
            Assert.That(
                () => Load(module, Graph(4)[0], Graph(4)[2], Graph(4)[3]),
                Throws.TypeOf<WeightsFileException>().With.Message.Contains("it has 1 layers with weights, and the model 2"));
        });
    }

    [Test]
    public void Layers_beside_each_other_that_could_be_swapped_are_not_guessed()
    {
        using var module = Sequential(("left", Conv2d(1, 2, 3, bias: false)), ("right", Conv2d(1, 2, 3, bias: false)));

        Assert.That(
            () => Load(
                module,
                Node("Conv", ["x", "1"], ["a"]),
                Node("Conv", ["x", "2"], ["b"]),
                Node("Concat", ["a", "b"], ["y"]),
                Weight("1", [2, 1, 3, 3]),
                Weight("2", [2, 1, 3, 3])),
            Throws.TypeOf<WeightsFileException>()
                .With.Message.Contains("Conv of 'a' and Conv of 'b' take the same input and have the same shapes"));
    }

    [Test]
    public void A_folded_BatchNorm_is_refused([Values("conv.weight", "onnx::Conv_12")] string name)
    {
        using var module = Sequential(("conv", Conv2d(1, 2, 3, bias: false)), ("bn", BatchNorm2d(2)));

        Assert.That(
            () => Load(module, Node("Conv", ["x", name, "b"], ["y"]), Weight(name, [2, 1, 3, 3]), Weight("b", [2])),
            Throws.TypeOf<WeightsFileException>()
                .With.Message.Contains("has no BatchNorm, such as 'bn': whoever exported the model folded"));
    }

    [TestCase("DequantizeLinear")]
    [TestCase("QLinearConv")]
    [TestCase("ConvInteger")]
    public void Quantized_weights_are_refused(string kind)
    {
        using var module = Sequential(("conv", Conv2d(1, 2, 3)));

        Assert.That(
            () => Load(module, Node(kind, ["x"], ["y"])),
            Throws.TypeOf<WeightsFileException>()
                .With.Message.Contains($"holds quantized weights ({kind} of 'y'), which cannot be trained"));
    }

    [Test]
    public void A_Gemm_that_scales_is_refused() =>
        Assert.That(
            () => Load(
                Sequential(("fc", Linear(2, 3))),
                Node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], Attribute("alpha", 0.5f), Attribute("transB", 1)),
                Weight("fc.weight", [3, 2]),
                Weight("fc.bias", [3])),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("Gemm of 'y' in").And.Message.Contains("scales"));

    /// <summary>Two stages of a ResNet of 8 channels as an exporter writes it that numbers all tensors, and what each is.</summary>
    private sealed class NamelessResNet
    {
        private readonly List<byte[]> nodes = [];
        private readonly List<byte[]> weights = [];
        private int count;

        public NamelessResNet(bool isShortcutFirst)
        {
            var x = Normalized("x", "conv1", "bn1", 8, 3, 7);
            x = Block(x, "layer1.0", 8, 8, isShortcutFirst);
            x = Block(x, "layer2.0", 8, 16, isShortcutFirst);
            x = Block(x, "layer2.1", 16, 16, isShortcutFirst);
            nodes.Add(Node("GlobalAveragePool", [x], ["pool"]));
            nodes.Add(Node("Flatten", ["pool"], ["flat"]));
            nodes.Add(Node("MatMul", ["flat", "h1"], ["product"]));
            nodes.Add(Node("Add", ["product", "h2"], ["y"]));
            weights.Add(Weight("h1", [16, 10]));
            weights.Add(Weight("h2", [10]));
        }

        public IEnumerable<byte[]> Parts => [.. nodes, .. weights, Output("y")];

        /// <summary>The first element of each of the backbone's tensors.</summary>
        public Dictionary<string, float> Expected { get; } = [];

        private string Block(string x, string name, int input, int output, bool isShortcutFirst)
        {
            var shortcut = input == output ? x : isShortcutFirst ? Shortcut() : null;
            var y = Normalized(x, $"{name}.conv1", $"{name}.bn1", output, input, 3);
            y = Normalized(Relu(y), $"{name}.conv2", $"{name}.bn2", output, output, 3);
            shortcut ??= Shortcut();
            nodes.Add(Node("Add", [y, shortcut], [$"sum{++count}"]));
            return Relu($"sum{count}");

            string Shortcut() => Normalized(x, $"{name}.downsample.0", $"{name}.downsample.1", output, input, 1);
        }

        private string Relu(string x)
        {
            nodes.Add(Node("Relu", [x], [$"relu{++count}"]));
            return $"relu{count}";
        }

        private string Normalized(string x, string convolution, string norm, int output, int input, int size)
        {
            var kernel = Numbered($"{convolution}.weight", output, input, size, size);
            string y = $"conv{++count}", z = $"bn{++count}";
            nodes.Add(Node("Conv", [x, kernel], [y]));
            nodes.Add(Node(
                "BatchNormalization",
                [y, .. new[] { "weight", "bias", "running_mean", "running_var" }.Select(role => Numbered($"{norm}.{role}", output))],
                [z]));
            return z;
        }

        private string Numbered(string name, params long[] shape)
        {
            Expected[name] = ++count;
            weights.Add(Weight($"p{count}", shape, count));
            return $"p{count}";
        }
    }
}
