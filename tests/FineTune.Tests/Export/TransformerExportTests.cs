using FineTune.Tests.Models;
using FineTune.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Transformers, exported, answer the same to sentences of any length and any number.</summary>
public sealed class TransformerExportTests
{
    private static readonly TransformerArchitecture Bert = new("small")
    {
        VocabularySize = 50,
        FeatureWidth = 24,
        Blocks = 2,
        Heads = 4,
        InnerWidth = 40,
        MaxLength = 16,
        Pooling = Pooling.Pooler,
    };

    private static IEnumerable<TestCaseData> Cases =>
    [
        new TestCaseData(Bert).SetArgDisplayNames("bert"),
        new TestCaseData(Bert with { TokenTypes = 0, Pooling = Pooling.FirstToken }).SetArgDisplayNames("distilbert"),
        new TestCaseData(Bert with { Pooling = Pooling.Mean }).SetArgDisplayNames("mean"),
        new TestCaseData(Bert with { Pooling = Pooling.Mean, NormalizesFirst = true }).SetArgDisplayNames("pre-norm"),
    ];

    [TestCaseSource(nameof(Cases))]
    public void An_exported_transformer_answers_the_same(TransformerArchitecture architecture)
    {
        random.manual_seed(5);
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(architecture.Create(), Linear(24, 3)).Stirred();
        var compiled = model.Compiled();

        compiled.ExportOnnx(folder["model.onnx"], new() { ExampleInputs = Sentences(1, 9) });

        using var session = new OnnxSession(folder["model.onnx"]);
        Assert.That(session.DimensionsOf("input"), Is.EqualTo(["batch", "length"]));
        foreach (var (count, length) in ((int, int)[])[(1, 9), (3, 9), (2, 16), (2, 4)])
        {
            Exported.Compare(compiled, session, Sentences(count, length));
        }
    }

    [TestCase("bert-base-uncased", Category = "Slow")]
    [TestCase("distilbert-base-cased", Category = "Slow")]
    [TestCase("all-MiniLM-L6-v2", Category = "Slow")]
    public void A_published_architecture_answers_the_same(string name)
    {
        random.manual_seed(6);
        using var scope = NewDisposeScope();
        var architecture = TransformerBackbone.Named(name);
        using var model = new AnyParts(architecture.Create(), Linear(architecture.FeatureWidth, 3)).Stirred();

        Exported.Check(model.Compiled(), count => Sentences(count, 20));
    }

    [Test]
    public void Ids_and_their_mask_have_the_names_of_the_forward_pass()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Reader.Seeded();
        var compiled = model.Compile(
            Optimizers.SGD(0.1),
            Losses.Weighted(("class", Losses.CategoricalCrossEntropy(), 1.0), ("score", Losses.MeanSquaredError(), 0.5)));
        compiled.Fit(Reader.Sentences(), Toy.Quiet);

        compiled.ExportOnnx(folder["model.onnx"]);

        using var session = new OnnxSession(folder["model.onnx"]);
        Assert.That(session.Inputs, Is.EqualTo(["ids", "mask"]));
        Assert.That(session.Outputs, Is.EqualTo(["Class", "Score"]));
        foreach (var (count, length) in ((int, int)[])[(1, 6), (3, 6), (2, 4)])
        {
            Exported.Compare(compiled, session, [Sentences(count, length).remainder(20), ones(count, length)]);
        }
    }

    // Of different lengths, filled up with padding.
    private static Tensor Sentences(int count, int length)
    {
        var tokens = randint(1, 50, [count, length], ScalarType.Int64);
        var real = arange(length).unsqueeze(0).lt(randint(1, length + 1, [count, 1], ScalarType.Int64));
        return tokens * real.to_type(ScalarType.Int64);
    }
}
