using System.Text.Json;
using System.Text.RegularExpressions;
using FineTune.Text;
using FineTune.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>
/// Transformers give the features and gradients of PyTorch's TransformerEncoderLayer for the same weights. The fixture was
/// made by the script beside it; weights come from a formula on both sides.
/// </summary>
public sealed class TransformerBackboneTests
{
    private const double Tolerance = 1e-4;

    private static readonly long[] Tokens =
    [
        2, 7, 11, 23, 3, 0, 0, 0, 0,
        2, 49, 5, 5, 31, 17, 8, 3, 0,
        2, 3, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static readonly Dictionary<string, Fixture> Fixtures = JsonSerializer.Deserialize<Dictionary<string, Fixture>>(
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Text", "Fixtures", "transformers.json")),
        JsonSerializerOptions.Web)!;

    /// <param name="Features">A few of them.</param>
    /// <param name="Gradients">For each parameter the norm of its gradient, the largest element, and a few elements.</param>
    private sealed record Fixture(double[] Features, Dictionary<string, double[]> Gradients);

    private static readonly TransformerArchitecture Bert = new("small")
    {
        VocabularySize = 50,
        FeatureWidth = 24,
        Blocks = 3,
        Heads = 4,
        InnerWidth = 40,
        MaxLength = 16,
        Pooling = Pooling.Pooler,
    };

    private static readonly TransformerArchitecture DistilBert = Bert with { TokenTypes = 0, Pooling = Pooling.FirstToken };

    private static IEnumerable<TestCaseData> Cases =>
    [
        new("bert", Bert),
        new("distilbert", DistilBert),
        new("mean", Bert with { Pooling = Pooling.Mean }),
        new("prenorm", Bert with { Pooling = Pooling.Mean, NormalizesFirst = true }),
    ];

    private static Tensor Sentences() => tensor(Tokens).reshape(3, 9);

    private static Sequential Filled(TransformerArchitecture architecture)
    {
        var backbone = architecture.Create();
        backbone.eval();
        foreach ((var name, var tensor) in backbone.state_dict())
        {
            Formula.Fill(name, tensor);
        }

        return backbone;
    }

    [TestCaseSource(nameof(Cases))]
    public void Features_and_gradients_are_PyTorchs(string name, TransformerArchitecture architecture)
    {
        var expected = Fixtures[name];
        using var scope = NewDisposeScope();
        using var backbone = Filled(architecture);

        var features = backbone.call(Sentences());
        (features * tensor(Formula.Waves(features.numel(), 0.25), features.shape, ScalarType.Float32)).sum().backward();
        var gradients = backbone.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!);

        var steepest = expected.Gradients.Values.Max(values => values[1]);
        Assert.Multiple(() =>
        {
            Assert.That(features.shape, Is.EqualTo(new long[] { 3, architecture.FeatureWidth }));
            Formula.AssertSpread(features, expected.Features, Tolerance * expected.Features.Max(Math.Abs), "feature");
            Assert.That(gradients.Keys, Is.EquivalentTo(expected.Gradients.Keys));
            foreach ((var parameter, var values) in expected.Gradients)
            {
                Assert.That(
                    gradients[parameter].norm().ToDouble(),
                    Is.EqualTo(values[0]).Within(Tolerance * (values[0] + (steepest / 100))),
                    $"norm of {parameter}");
                Formula.AssertSpread(gradients[parameter], values[2..], Tolerance * (values[1] + (steepest / 100)), parameter);
            }
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void Padding_changes_nothing(string name, TransformerArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using var backbone = Filled(architecture);
        backbone.to(ScalarType.Float64);    // another length is another order of sums, which single precision shows
        var sentence = Sentences()[0].unsqueeze(0);

        Tensor padded = backbone.call(sentence), cut = backbone.call(sentence.slice(1, 0, 5, 1));

        Assert.That(padded.allclose(cut, 1e-10, 1e-10), Is.True, name);
    }

    [TestCaseSource(nameof(Cases))]
    public void What_is_frozen_is_cut_off_between_blocks(string name, TransformerArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using var backbone = Filled(architecture);
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));
        layers.Enter(Phase.Last(1, LayerUnit.Block));

        var cut = layers.CallFrozen(backbone, Sentences());

        Assert.Multiple(() =>
        {
            Assert.That(cut.shape[0], Is.EqualTo(3), name);
            Assert.That(cut.dtype, Is.EqualTo(ScalarType.Float32), "more than token numbers");
            Assert.That(
                layers
                    .Where(layer => layer.Trainable && layer.Name.StartsWith("encoder.layer", StringComparison.Ordinal))
                    .Select(layer => layer.Name),
                Is.Empty.Or.All.StartsWith("encoder.layer.2."),
                "the pooler or the final norm, if there is one, is a block of its own");
            Assert.That(layers.CallTrainable(backbone, cut).allclose(backbone.call(Sentences())), Is.True);
        });
    }

    [Test]
    public void A_sentence_of_padding_only_has_finite_features()
    {
        using var scope = NewDisposeScope();
        using var backbone = Filled(Bert with { Pooling = Pooling.Mean });

        Assert.That(backbone.call(zeros([1, 5], ScalarType.Int64)).isfinite().all().ToBoolean(), Is.True);
    }

    [Test]
    public void A_sentence_longer_than_the_positions_is_refused()
    {
        using var scope = NewDisposeScope();
        using var backbone = Bert.Create();

        Assert.That(
            () => backbone.call(ones([1, 17], ScalarType.Int64)),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo("A sentence has 17 tokens; 'small' takes at most 16."));
    }

    [Test]
    public void Heads_must_share_the_width() =>
        Assert.That(
            () => (Bert with { Heads = 5 }).Create(),
            Throws.ArgumentException.With.Message.Contains("the width 24 of 'small' cannot be shared by 5 heads").IgnoreCase);

    [TestCase("bert-base-uncased", 109_482_240, Category = "Slow")]
    [TestCase("distilbert-base-uncased", 66_362_880, Category = "Slow")]
    [TestCase("all-MiniLM-L6-v2", 22_565_376)]
    public void Published_architectures_have_as_many_parameters_as_their_files(string name, long parameters)
    {
        using var backbone = TransformerBackbone.Named(name).Create();

        Assert.That(backbone.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(parameters));
    }

    [Test]
    public void An_unknown_name_is_answered_with_the_known_ones() =>
        Assert.That(
            () => TransformerBackbone.Named("gpt"),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                "There is no transformer 'gpt'; expected one of bert-base-uncased, "));

    private static readonly (string Ours, string Theirs)[] DistilBertNames =
    [
        (@"^encoder\.layer\.", "transformer.layer."),
        (@"\.attention\.self\.query\.", ".attention.q_lin."),
        (@"\.attention\.self\.key\.", ".attention.k_lin."),
        (@"\.attention\.self\.value\.", ".attention.v_lin."),
        (@"\.attention\.output\.dense\.", ".attention.out_lin."),
        (@"\.attention\.output\.LayerNorm\.", ".sa_layer_norm."),
        (@"\.intermediate\.dense\.", ".ffn.lin1."),
        (@"(layer\.\d+)\.output\.dense\.", "$1.ffn.lin2."),
        (@"(layer\.\d+)\.output\.LayerNorm\.", "$1.output_layer_norm."),
    ];

    private static string DistilBertName(string name) =>
        DistilBertNames.Aggregate(name, (current, change) => Regex.Replace(current, change.Ours, change.Theirs));

    /// <summary>The names in <c>model.safetensors</c> of bert-base-uncased: TensorFlow's norms, and the head beside the backbone.</summary>
    [Test]
    public void Berts_file_loads_with_its_head_left_out() =>
        Loads(Bert, name => "bert." + name.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"),
            "cls.predictions.bias", "cls.seq_relationship.weight");

    /// <summary>Those of sentence-transformers' files: no prefix, and the numbers of positions.</summary>
    [Test]
    public void A_file_without_a_prefix_loads() => Loads(Bert, name => name);

    /// <summary>Those of distilbert-base-uncased.</summary>
    [Test]
    public void DistilBerts_file_loads_with_its_head_left_out() =>
        Loads(DistilBert, name => "distilbert." + DistilBertName(name), "vocab_projector.bias", "vocab_transform.weight");

    private static void Loads(TransformerArchitecture architecture, Func<string, string> theirs, params string[] head)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var published = Filled(architecture);
        var file = published.state_dict().ToDictionary(pair => theirs(pair.Key), pair => pair.Value);
        foreach (var name in head)
        {
            file[name] = zeros(4);
        }

        if (head.Length == 0)
        {
            file["embeddings.position_ids"] = arange(16).unsqueeze(0);
        }

        SafeTensors.Write(folder["model.safetensors"], file);
        using var model = new Classifier(architecture.Create());

        var report = model.LoadBackbone(folder["model.safetensors"]);

        model.eval();
        Assert.Multiple(() =>
        {
            Assert.That(report.Loaded, Has.Count.EqualTo(published.state_dict().Count));
            Assert.That(report.LeftOut, Is.EquivalentTo(head));
            Assert.That(report.Unexpected, Is.Empty);
            Assert.That(model.call(Sentences()).allclose(published.call(Sentences())), Is.True);
        });
    }

    private sealed class Classifier : Module<Tensor, Tensor>, IFineTunable
    {
        private readonly Sequential backbone;

        public Classifier(Sequential backbone) : base(nameof(Classifier)) => register_module("backbone", this.backbone = backbone);

        public Manifest Manifest { get; } = new(nameof(Classifier), [new("backbone", MemberRole.Backbone)]);

        public Phase Phase => Phase.Full;

        public LayerList Layers => throw new NotSupportedException();

        public bool IsBackboneFrozen => false;

        public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => throw new NotSupportedException();

        public void EnterPhase(Phase phase) => throw new NotSupportedException();

        public override Tensor forward(Tensor x) => backbone.call(x);
    }
}
