using FineTune.Tests.Models;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class LayerListTests
{
    [Test]
    public void Layers_are_the_leaves_in_forward_order_parameterless_ones_included_and_the_head_excluded()
    {
        using var model = Mlp.Seeded();

        Assert.That(model.Layers.Select(layer => layer.ToString()), Is.EqualTo(new[]
        {
            "Layer 0: fc1 - Trainable: True",
            "Layer 1: bn1 - Trainable: True",
            "Layer 2: relu1 - Trainable: True",
            "Layer 3: drop - Trainable: True",
            "Layer 4: fc2 - Trainable: True",
            "Layer 5: bn2 - Trainable: True",
            "Layer 6: relu2 - Trainable: True",
        }));
        Assert.That(model.Layers[0].Kind, Is.EqualTo("Linear"));
        Assert.That(model.Layers[0].ParameterCount, Is.EqualTo(4 * 8 + 8));
        Assert.That(model.Layers[2].ParameterCount, Is.Zero);
    }

    [TestCase(1, LayerUnit.Layer, new[] { "relu2" })]
    [TestCase(3, LayerUnit.Layer, new[] { "fc2", "bn2", "relu2" })]
    [TestCase(1, LayerUnit.Parameterized, new[] { "bn2", "relu2" })]
    [TestCase(3, LayerUnit.Parameterized, new[] { "bn1", "relu1", "drop", "fc2", "bn2", "relu2" })]
    [TestCase(7, LayerUnit.Layer, new[] { "fc1", "bn1", "relu1", "drop", "fc2", "bn2", "relu2" })]
    public void The_last_units_train_and_nothing_before_them(int count, LayerUnit unit, string[] trainable)
    {
        using var model = Mlp.Seeded();

        model.UnfreezeLast(count, unit);

        Assert.That(model.Layers.Where(layer => layer.Trainable).Select(layer => layer.Name), Is.EqualTo(trainable));
    }

    [TestCase(8, LayerUnit.Layer, "The phase 'fine-tune (last 8 layers)' asks for more than the 7 layers that the backbone has")]
    [TestCase(5, LayerUnit.Parameterized, "asks for more than the 4 layers with parameters that the backbone has")]
    [TestCase(5, LayerUnit.Block, "asks for more than the 4 blocks that the backbone has")]
    public void More_units_than_there_are_is_an_error_that_says_how_many_and_changes_nothing(int count, LayerUnit unit, string message)
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();

        Assert.That(
            () => model.UnfreezeLast(count, unit),
            Throws.TypeOf<FineTuneException>().With.Message.Contains(message).And.Message.Contains("UnfreezeBackbone()"));
        Assert.That(model.Phase, Is.EqualTo(Phase.Head));
        Assert.That(model.IsBackboneFrozen);
    }

    [TestCase(19, LayerUnit.Layer, null)]
    [TestCase(20, LayerUnit.Layer, "'layer3.0', whose layers fit together: 19 leave it frozen, 26 train all of it")]
    [TestCase(1, LayerUnit.Parameterized, "'layer4.1', whose layers fit together: 0 leave it frozen, 4 train all of it")]
    [TestCase(3, LayerUnit.Block, null)]
    public void A_phase_that_begins_inside_a_residual_block_is_said(int count, LayerUnit unit, string? message)
    {
        using var model = new ResNetModel();

        model.UnfreezeLast(count, unit);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy());

        var cut = compiled.Warnings.SingleOrDefault(warning => warning.Kind == WarningKind.BlockCut);
        Assert.That(cut?.Message ?? "", message is null ? Is.Empty : Does.Contain(message));
    }

    [Test]
    public void Blocks_are_the_children_of_the_backbone_or_of_its_sequential_stages_that_have_parameters()
    {
        using var backbone = Sequential(
            ("stem", Linear(2, 2)),
            ("stage", Sequential(
                ("0", Sequential(("a", Linear(2, 2)), ("b", ReLU()))),
                ("1", Sequential(("a", Linear(2, 2)), ("b", ReLU()))))),
            ("flatten", Flatten()));
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));

        layers.Enter(Phase.Last(1, LayerUnit.Block));
        Assert.That(Trainable(layers), Is.EqualTo(new[] { "stage.1.a", "stage.1.b", "flatten" }));
        layers.Enter(Phase.Last(2, LayerUnit.Block));
        Assert.That(Trainable(layers), Is.EqualTo(new[] { "stage.0.a", "stage.0.b", "stage.1.a", "stage.1.b", "flatten" }));
        layers.Enter(Phase.Last(3, LayerUnit.Block));
        Assert.That(Trainable(layers), Has.Length.EqualTo(layers.Count));
    }

    [Test]
    public void Several_backbones_are_counted_as_one_and_their_names_come_first()
    {
        using var eye = Sequential(("fc", Linear(2, 2)));
        using var ear = Sequential(("fc", Linear(2, 2)));
        var layers = LayerList.Of(("eye", eye, BatchNormMode.Inference), ("ear", ear, BatchNormMode.Inference));

        layers.Enter(Phase.Last(1));

        Assert.That(layers.Select(layer => layer.Name), Is.EqualTo(new[] { "eye.fc", "ear.fc" }));
        Assert.That(layers.Select(layer => layer.Trainable), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void A_backbone_that_is_one_layer_is_a_list_of_one()
    {
        using var backbone = Linear(2, 2);
        var layers = LayerList.Of(("backbone", backbone, BatchNormMode.Inference));

        layers.Enter(Phase.Head);

        Assert.That(layers, Has.Count.EqualTo(1));
        Assert.That(layers.AreFrozen, Is.True);
    }

    [Test]
    public void The_backbone_is_frozen_when_no_parameter_trains_whoever_froze_it()
    {
        using var model = Mlp.Seeded();
        Assert.That(model.IsBackboneFrozen, Is.False);

        foreach (var parameter in model.backbone.parameters())
        {
            parameter.requires_grad = false;
        }

        Assert.That(model.IsBackboneFrozen, Is.True);
    }

    private static string[] Trainable(LayerList layers) =>
        [.. layers.Where(layer => layer.Trainable).Select(layer => layer.Name)];
}
