using FineTune.Data;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>The file: its inputs and outputs, weights and metadata, and what stands in its way.</summary>
public sealed class OnnxExportTests
{
    private static readonly FitOptions Quiet = Models.Toy.Quiet;

    [Test]
    public void A_trained_model_knows_its_shapes_and_classes()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Conv2d(3, 8, 3), Sequential(("0", AdaptiveAvgPool2d(1)), ("1", Flatten()), ("2", Linear(8, 2))));
        var compiled = model.Compiled(Losses.CategoricalCrossEntropy());
        compiled.Fit(new Named(), Quiet);

        compiled.ExportOnnx(folder["model.onnx"]);

        using var session = new OnnxSession(folder["model.onnx"]);
        Assert.That(session.Inputs, Is.EqualTo(["input"]));
        Assert.That(session.Outputs, Is.EqualTo(["output"]));
        Assert.That(session.DimensionsOf("input"), Is.EqualTo(["batch", "3", "8", "8"]));
        Assert.That(session.Metadata.ProducerName, Is.EqualTo("FineTune"));
        Assert.That(session.Metadata.GraphName, Is.EqualTo(model.Manifest.Model));
        Assert.That(session.Metadata.CustomMetadataMap["classes"], Is.EqualTo("""["cat","dog"]"""));
        Assert.That(session.Metadata.CustomMetadataMap["mean"], Is.EqualTo("[0.5,0.25,0]"));
        Assert.That(session.Metadata.CustomMetadataMap["standard_deviation"], Is.EqualTo("[0.5,2,1]"));
        Exported.Compare(compiled, session, rand(4, 3, 8, 8));
    }

    [Test]
    public void Probabilities_follow_from_the_loss()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Linear(4, 8), Linear(8, 3));
        var input = randn(2, 4);

        foreach (var (loss, expected) in ((Loss, Func<Tensor, Tensor>)[])
        [
            (Losses.CategoricalCrossEntropy(), output => functional.softmax(output, 1)),
            (Losses.BinaryCrossEntropyWithLogits(), output => output.sigmoid()),
            (Losses.MeanSquaredError(), output => output),
        ])
        {
            var compiled = model.Compiled(loss);
            compiled.ExportOnnx(folder["model.onnx"], new() { ExampleInputs = input, Probabilities = true });
            using var session = new OnnxSession(folder["model.onnx"]);

            var difference = session.Run(input)[0] - expected(compiled.Predict(input));

            Assert.That(difference.abs().max().ToDouble(), Is.LessThan(1e-6), loss.Name);
        }
    }

    [Test]
    public void Weights_have_the_names_and_the_bits_of_the_state_dictionary()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Backbones.ResNet([1, 1], width: 8), Linear(16, 4)).Stirred();
        model.Compiled().ExportOnnx(folder["model.onnx"], new() { ExampleInputs = rand(1, 3, 32, 32) });

        var written = OnnxInitializers.Of(folder["model.onnx"]);

        foreach (var (name, tensor) in model.state_dict().Where(named => named.Value.is_floating_point()))
        {
            Assert.That(written, Does.ContainKey(name));
            Assert.That(written[name].Shape, Is.EqualTo(tensor.shape), name);
            Assert.That(written[name].Data, Is.EqualTo(tensor.detach().contiguous().bytes.ToArray()), name);
        }
    }

    [Test]
    public void The_same_model_is_the_same_file()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Backbones.ResNet([1, 1], width: 8), Linear(16, 4)).Stirred();
        model.Compiled().ExportOnnx(folder["first.onnx"], new() { ExampleInputs = rand(1, 3, 32, 32) });
        random.manual_seed(99);
        model.Compiled().ExportOnnx(folder["second.onnx"], new() { ExampleInputs = rand(2, 3, 32, 32) });

        Assert.That(File.ReadAllBytes(folder["second.onnx"]), Is.EqualTo(File.ReadAllBytes(folder["first.onnx"])));
    }

    [Test]
    public void The_model_is_left_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Backbones.ResNet([1, 1], width: 8), Linear(16, 4)).Stirred();
        model.train();
        var before = model.state_dict().ToDictionary(named => named.Key, named => named.Value.clone());
        var compiled = model.Compiled();
        var example = rand(1, 3, 32, 32);
        var alive = Tensor.TotalCount;

        compiled.ExportOnnx(folder["model.onnx"], new() { ExampleInputs = example });

        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(alive), "tensors are given back");
        Assert.That(model.head.training);
        Assert.That(model.state_dict().All(named => named.Value.equal(before[named.Key]).all().ToBoolean()));
    }

    [Test]
    public void A_model_that_nobody_trained_needs_an_example()
    {
        using var model = new AnyParts(Linear(4, 8), Linear(8, 3));

        Assert.That(() => model.Compiled().ExportOnnx("model.onnx"), Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
            "Nothing says what the model takes, as it was not trained by Fit: give the export a batch of each input, as in "
                + "new OnnxExportOptions { ExampleInputs = torch.rand(1, 3, 224, 224) }."));
    }

    [Test]
    public void Half_precision_is_refused()
    {
        using var model = new AnyParts(Linear(4, 8), Linear(8, 3));
        model.to(ScalarType.BFloat16);

        Assert.That(
            () => model.Compiled().ExportOnnx("model.onnx", new() { ExampleInputs = rand(1, 4) }),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                "The model has parameters of type BFloat16; an export takes Float32."));
    }

    [Test]
    public void An_example_of_another_shape_names_the_layer()
    {
        using var model = new AnyParts(Linear(4, 8), Linear(8, 3));

        Assert.That(
            () => model.Compiled().ExportOnnx("model.onnx", new() { ExampleInputs = rand(1, 5) }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("layer 'backbone' (Linear)"));
    }

    /// <summary>Eight pictures of two classes.</summary>
    private sealed class Named : IClassified
    {
        public IReadOnlyList<string> Classes => ["cat", "dog"];

        public Preprocessing Preprocessing => new PicturePreprocessing { Normalization = new([0.5f, 0.25f, 0], [0.5f, 2, 1]) };

        public int Count => 8;

        public int ClassOf(int index) => index % 2;

        public Sample Read(int index, Random random) => new(full([3, 8, 8], index / 8f), tensor((long)ClassOf(index)));
    }
}
