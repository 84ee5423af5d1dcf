using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>A parameter that a model holds in several places is one parameter.</summary>
public sealed class SharedParametersTests
{
    private static InMemoryDataset Words
    {
        get
        {
            torch.manual_seed(5);
            return new(torch.randint(0, 10, [48, 3]), torch.randint(0, 10, [48]));
        }
    }

    [Test]
    public void What_head_and_frozen_backbone_share_trains_with_the_head()
    {
        using var model = Tied.Seeded();
        model.FreezeBackbone();
        var before = Toy.Weights(model);

        Compile(model).Fit(Words, Toy.Quiet);

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.EquivalentTo(new[] { "backbone.weight", "head.weight", "head.bias" }));
        Assert.That(Toy.Weights(model)["head.weight"], Is.EqualTo(Toy.Weights(model)["backbone.weight"]));
    }

    [Test]
    public void Freezing_the_backbone_once_more_leaves_what_is_compiled_fresh()
    {
        using var model = Tied.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);

        model.FreezeBackbone();

        Assert.That(compiled.IsStale, Is.False);
        Assert.That(model.backbone.weight!.requires_grad);
    }

    [Test]
    public void It_takes_one_step_and_at_the_lower_of_the_two_rates()
    {
        using var model = Tied.Seeded();
        var compiled = Compile(model);
        var (input, target) = (torch.randint(0, 10, [8, 3]), torch.randint(0, 10, [8]));
        using var before = model.head.weight!.detach().clone();

        compiled.TrainStep(input, target);

        Assert.That(
            compiled.ParameterGroups.Select(group => $"{group.Name} {group.LearningRate}: "
                + $"{string.Join(' ', group.Parameters.Select(p => p.Name))}"),
            Is.EqualTo(new[] { "backbone 0.001: backbone.weight", "head 0.01: head.bias" }));
        using var gradient = model.backbone.weight!.grad;
        var expected = before - gradient! * 1e-3f;
        Assert.That(Toy.Values(model.head.weight!.detach()), Is.EqualTo(Toy.Values(expected)).Within(1e-7f));
    }

    [Test]
    public void Layers_and_manifest_say_that_it_is_shared()
    {
        using var model = Tied.Seeded();

        var compiled = Compile(model);

        Assert.That(compiled.Manifest.SharedParameters, Is.EqualTo(new[] { new[] { "backbone.weight", "head.weight" } }));
        Assert.That(compiled.Manifest.ToString(), Does.EndWith("one parameter: backbone.weight = head.weight"));
        Assert.That(compiled.Manifest.Hash, Is.Not.EqualTo(model.Manifest.Hash));
        Assert.That(model.Layers[0].ToString(), Does.EndWith("(shared: backbone.weight = head.weight)"));
    }

    [TestCase(ScalarType.BFloat16)]
    [TestCase(ScalarType.Float64)]
    public void It_is_told_in_every_floating_type(ScalarType type)
    {
        using var model = Tied.Seeded();
        model.to(type);
        model.head.weight = model.backbone.weight!;

        Assert.That(Compile(model).Manifest.SharedParameters, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_resume_goes_on_with_it()
    {
        using var folder = new TemporaryFolder();
        var whole = Train("whole", stopAt: null);
        Train("cut", stopAt: 2);

        Assert.That(Toy.Changed(whole, Train("cut", stopAt: null)), Is.Empty);

        Dictionary<string, float[]> Train(string name, int? stopAt)
        {
            using var model = Tied.Seeded();
            var stop = new Recorder
            {
                AtEpochBegin = fit => { if (fit.Epoch == stopAt) { fit.Stop(StopReason.Cancelled, "Stopped by the test."); } },
            };
            model.Compile(Optimizers.Adam(0.01), Losses.CategoricalCrossEntropy())
                .Fit(Words, Toy.Quiet with { Epochs = 4, Callbacks = [stop], Backup = new(folder[name]) });
            return Toy.Weights(model);
        }
    }

    [Test]
    public void One_layer_in_backbone_and_head_trains_through_the_whole_recipe()
    {
        using var folder = new TemporaryFolder();
        using var model = OneLayerTwice.Seeded();

        var result = model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
        {
            HeadEpochs = 2,
            FineTuneEpochs = 2,
            BackupFolder = folder["backup"],
            Fit = Toy.Quiet with
            { Callbacks = [new ModelCheckpoint(folder["weights-{epoch}.safetensors"]), new CsvLog(folder["log.csv"])] },
        });

        Assert.That(result.History.Records, Is.Not.Empty);
        Assert.That(
            result.Compiled.Manifest.SharedParameters,
            Is.EqualTo(new[] { new[] { "backbone.both.weight", "head.again.weight" }, new[] { "backbone.both.bias", "head.again.bias" } }));
        Assert.That(
            result.Compiled.ParameterGroups.SelectMany(group => group.Parameters).Select(named => named.Name),
            Is.EqualTo(new[]
            {
                "backbone.first.weight", "backbone.first.bias", "backbone.both.weight", "backbone.both.bias", "head.out.weight",
                "head.out.bias",
            }));
    }

    [Test]
    public void One_layer_in_a_frozen_backbone_and_the_head_trains_with_the_head()
    {
        using var model = OneLayerTwice.Seeded();
        model.FreezeBackbone();
        var before = Toy.Weights(model);

        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(), Toy.Quiet);

        Assert.That(Toy.Changed(before, Toy.Weights(model)).Select(name => name.Split('.')[1]).Distinct(),
            Is.EquivalentTo(new[] { "both", "out" }));
    }

    private static CompiledModel Compile(Tied model) => model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());
}
