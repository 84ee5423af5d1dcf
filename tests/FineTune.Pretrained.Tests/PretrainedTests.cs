using System.Runtime.Loader;
using FineTune.Text;
using FineTune.Weights;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace FineTune.Tests;

/// <summary>The networks of real packages give what ONNX Runtime gives, and nothing in their files is lost.</summary>
[Category("Slow")]
public sealed class PretrainedTests
{
    private static readonly string[] Sentences =
        ["The quick brown fox jumps over the lazy dog.", "A sentence!", "Embeddings of unaffable, naïve words; 3 of 17."];

    private static IEnumerable<PretrainedTransformer> Transformers => [Pretrained.MiniLM, Pretrained.ArcticXs];

    [Test]
    public void ResNets_features_are_ONNX_Runtimes()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var backbone = Pretrained.ResNet18ImageNet.Create();
        backbone.eval();
        var pictures = randn([2, 3, 224, 224], generator: new Generator(1)) * 60;

        // Its own channels are blue, green and red.
        var expected = Features(Pretrained.ResNet18ImageNet.Source.Path, pictures.flip(1));

        Assert.That(Difference(backbone.call(pictures), expected), Is.LessThan(1e-5));
    }

    [Test]
    public void ResNets_normalization_stands_for_the_picture_that_it_was_trained_with()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var backbone = Pretrained.ResNet18ImageNet.Create();
        backbone.eval();
        var picture = Picture();
        var normalization = Pretrained.ResNet18ImageNet.Normalization;
        var mean = tensor(normalization.Mean.ToArray()).view(3, 1, 1);
        var deviation = tensor(normalization.StandardDeviation.ToArray()).view(3, 1, 1);
        var features = backbone.call((picture - mean) / deviation);

        var prepared = Features(Path.Combine(AppContext.BaseDirectory, "ResNetPreprocess.onnx"), picture * 255);
        var expected = Features(Pretrained.ResNet18ImageNet.Source.Path, prepared.view(1, 3, 224, 224));

        Assert.That(functional.cosine_similarity(features, expected, 1).item<float>(), Is.GreaterThan(0.997f));
    }

    [TestCaseSource(nameof(Transformers))]
    public void Sentences_features_are_ONNX_Runtimes(PretrainedTransformer transformer)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var backbone = transformer.Create();
        backbone.eval();
        var tokenizer = transformer.Tokenizer();
        const int Length = 24;
        long[] tokens = [.. Sentences.SelectMany(sentence => tokenizer.Encode(sentence, Length))];
        var features = backbone.call(tensor(tokens).view(Sentences.Length, Length));

        using var session = new InferenceSession(Resource(transformer, "model.onnx"));
        long[] mask = [.. tokens.Select(token => token == tokenizer.PaddingToken ? 0L : 1)];
        using var results = session.Run(
            [Input("input_ids", tokens), Input("attention_mask", mask), Input("token_type_ids", new long[tokens.Length])]);
        var states = tensor(results[0].AsTensor<float>().ToArray()).view(Sentences.Length, Length, -1);
        var real = tensor(mask).view(Sentences.Length, Length, 1).to(ScalarType.Float32);
        var expected = transformer.Architecture.Pooling == Pooling.Mean
            ? (states * real).sum(1) / real.sum(1)
            : states.select(1, 0);

        Assert.That(Difference(features, expected), Is.LessThan(1e-5));

        static NamedOnnxValue Input(string name, long[] numbers) =>
            NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(numbers, [Sentences.Length, Length]));
    }

    [Test]
    public void Every_tensor_of_the_ResNet_is_used()
    {
        using var backbone = Pretrained.ResNet18ImageNet.Create(Pretrained.ResNet18ImageNet.Source.Path, out var report);
        using var file = WeightsFile.Open(Pretrained.ResNet18ImageNet.Source.Path);

        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors, Has.Count.EqualTo(110));
            Assert.That(
                report.Loaded,
                Is.EquivalentTo(backbone.state_dict().Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal))));
            Assert.That(report.Loaded, Has.Count.EqualTo(110));
            Assert.That(report.LeftOut.Concat(report.Missing).Concat(report.Unexpected), Is.Empty);
        });
    }

    [TestCaseSource(nameof(Transformers))]
    public void Every_tensor_of_a_transformer_is_used_or_reported(PretrainedTransformer transformer)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["model.onnx"], Resource(transformer, "model.onnx"));
        using var file = WeightsFile.Open(folder["model.onnx"]);
        using var backbone = transformer.Create(transformer.Source.Path, out var report);

        Assert.Multiple(() =>
        {
            Assert.That(report.Loaded, Is.EquivalentTo(backbone.state_dict().Keys));
            Assert.That(report.Loaded.Count + report.LeftOut.Count + report.Constants, Is.EqualTo(file.Tensors.Count));
            Assert.That(report.LeftOut, Is.EquivalentTo(
                transformer == Pretrained.MiniLM ? new[] { "pooler.dense.weight", "pooler.dense.bias" } : []));
            Assert.That(report.Missing.Concat(report.Unexpected), Is.Empty);
        });
    }

    [TestCaseSource(nameof(Transformers))]
    public void The_tokenizer_has_the_vocabulary_of_the_package(PretrainedTransformer transformer)
    {
        using var reader = new StreamReader(new MemoryStream(Resource(transformer, "vocab.txt")));
        var lines = reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Length.EqualTo(30_522));
            Assert.That(transformer.Tokenizer().Vocabulary, Is.EqualTo(lines));
            Assert.That(transformer.Architecture.VocabularySize, Is.EqualTo(30_522));
        });
    }

    [Test]
    public void A_file_that_was_changed_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["ResNet18.onnx"];
        var content = File.ReadAllBytes(Pretrained.ResNet18ImageNet.Source.Path);
        content[^1000] ^= 1;
        File.WriteAllBytes(path, content);

        Assert.That(
            () => Pretrained.ResNet18ImageNet.Create(path),
            Throws.TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"'{path}' is not tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx of ")
                .And.Message.Contains($"expected {Pretrained.ResNet18ImageNet.Source.Sha256}"));
    }

    [Test]
    public void A_model_of_one_is_frozen_and_split_as_any_other()
    {
        using var model = new PetClassifier();
        using var pictures = rand(2, 3, 64, 64);
        model.FreezeBackbone();
        model.eval();
        using var outputs = model.call(pictures);

        Assert.Multiple(() =>
        {
            Assert.That(outputs.shape, Is.EqualTo(new long[] { 2, 3 }));
            Assert.That(model.IsBackboneFrozen, Is.True);
            Assert.That(model.Layers, Has.Count.EqualTo(57), "4 before the blocks, 9 of 5, 3 shortcuts of 2, and 2 after");
        });
    }

    private static Tensor Features(string path, Tensor pictures)
    {
        using var session = new InferenceSession(path);
        var input = session.InputMetadata.Single();
        var features = new List<Tensor>();
        foreach (var picture in pictures.unbind(0))
        {
            using var results = session.Run(
            [
                NamedOnnxValue.CreateFromTensor(
                    input.Key,
                    new DenseTensor<float>(picture.contiguous().data<float>().ToArray(), input.Value.Dimensions)),
            ]);
            features.Add(tensor(results[0].AsTensor<float>().ToArray()));
        }

        return stack(features);
    }

    /// <summary>Something with large surfaces and edges, as photographs have: from 0 to 1.</summary>
    private static Tensor Picture()
    {
        var generator = new Generator(3);
        var coarse = rand([1, 3, 6, 6], generator: generator);
        var fine = rand([1, 3, 40, 40], generator: generator);
        var picture = functional.interpolate(coarse, size: [224, 224], mode: InterpolationMode.Bilinear) * 0.7
            + functional.interpolate(fine, size: [224, 224], mode: InterpolationMode.Nearest) * 0.3;
        return picture.clamp(0, 1);
    }

    private static double Difference(Tensor actual, Tensor expected) =>
        ((actual - expected).abs().max() / expected.abs().max()).item<float>();

    // As the framework reads it, which loads the assembly.
    private static byte[] Resource(PretrainedTransformer transformer, string name)
    {
        var context = new AssemblyLoadContext(null, isCollectible: true);
        try
        {
            var assembly = context.LoadFromAssemblyPath(transformer.Source.Path);
            using var stream = assembly.GetManifestResourceStream($"{transformer.Source.Package}.Resources.{name}")!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
        finally
        {
            context.Unload();
        }
    }
}
