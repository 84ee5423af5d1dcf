using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class SummaryTests
{
    [Test]
    public void Summary_is_a_table_of_what_trains()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeLast(3);
        using var probe = torch.zeros(3, 4);

        Assert.That(
            model.Summary(probe).ToString(),
            Is.EqualTo(
                """
                Layer           Kind         Output  Parameters  Trains
                backbone.fc1    Linear       3×8             40  no
                backbone.bn1    BatchNorm1d  3×8             16  no
                backbone.relu1  ReLU         3×8
                backbone.drop   Dropout      3×8
                backbone.fc2    Linear       3×8             72  yes
                backbone.bn2    BatchNorm1d  3×8             16  yes
                backbone.relu2  ReLU         3×8
                head            Linear       3×1              9  yes
                Parameters: 153 (0.0 MiB), of which 97 train (0.0 MiB of gradients); buffers: 0.0 MiB; outputs of this batch: 0.0 MiB
                """.ReplaceLineEndings()));
    }

    [Test]
    public void Layers_stand_in_the_order_in_which_they_run()
    {
        using var model = Crossed.Seeded();
        using var probe = torch.zeros(2, 4);

        Assert.That(
            model.Summary(probe).Layers.Select(layer => layer.Name),
            Is.EqualTo(new[] { "backbone.first", "backbone.relu", "backbone.spare", "backbone.last", "head" }));
        Assert.That(
            model.Summary().Layers.Select(layer => layer.Name),
            Is.EqualTo(new[] { "backbone.last", "backbone.relu", "backbone.spare", "backbone.first", "head" }),
            "as registered, without a batch");
    }

    [Test]
    public void What_does_not_run_or_runs_unseen_has_no_shape()
    {
        using var model = Unseen.Seeded();
        using var probe = torch.zeros(2, 4);

        var shapes = model.Summary(probe).Layers.ToDictionary(layer => layer.Name, layer => layer.Output);

        Assert.That(shapes["backbone.last"], Is.Null);
        Assert.That(shapes["backbone.spare"], Is.Null);
        Assert.That(shapes["backbone.relu"], Is.EqualTo(new long[] { 2, 8 }));
    }

    [Test]
    public void Shared_parameters_count_once()
    {
        using var model = Tied.Seeded();

        var summary = model.Summary();

        Assert.That(summary.Layers.Sum(layer => layer.Parameters), Is.EqualTo(40 + 50), "each line says what its layer holds");
        Assert.That(summary.Parameters, Is.EqualTo(50));
        Assert.That(summary.ParameterBytes, Is.EqualTo(200));
    }

    [Test]
    public void Roles_are_those_of_the_members()
    {
        using var model = Mlp.Seeded();

        Assert.That(
            model.Summary().Layers.Select(layer => layer.Role).Distinct(),
            Is.EqualTo(new MemberRole?[] { MemberRole.Backbone, MemberRole.Head }));
    }

    [Test]
    public void A_model_without_attributes_has_a_summary_too()
    {
        using var model = Sequential(("one", Linear(3, 2)), ("two", Tanh()));
        using var probe = torch.zeros(5, 3);

        var summary = model.Summary(probe);

        Assert.That(summary.Layers, Has.Count.EqualTo(2));
        Assert.That(summary.Layers[0].Role, Is.Null);
        Assert.That((summary.Parameters, summary.TrainableParameters, summary.GradientBytes), Is.EqualTo((8, 8, 32)));
        Assert.That(summary.OutputBytes, Is.EqualTo(2 * 5 * 2 * 4));
    }

    [Test]
    public void Nothing_of_the_model_changes()
    {
        using var model = Mlp.Seeded();
        model.train();
        var before = Toy.Weights(model);
        var modes = model.named_modules().Select(named => named.module.training).ToList();
        using var probe = torch.ones(3, 4);

        var first = model.Summary(probe).ToString();

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        Assert.That(model.named_modules().Select(named => named.module.training), Is.EqualTo(modes));
        Assert.That(model.Summary(probe).ToString(), Is.EqualTo(first));
    }

    [Test]
    public void A_backbone_of_one_layer_goes_by_its_own_name()
    {
        using var model = Tied.Seeded();

        Assert.That(model.Layers.ToString(), Is.EqualTo("Layer 0: backbone - Trainable: True"));
    }
}
