using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class LayerTracingTests
{
    [Test]
    public void Layers_are_counted_in_the_order_in_which_they_run_at_their_first_run()
    {
        using var model = Crossed.Seeded();
        Assert.That(Names(model.Layers), Is.EqualTo(new[] { "last", "relu", "spare", "first" }), "as registered");

        using var probe = torch.zeros(2, 4);
        Assert.That(
            Names(model.TraceLayers(probe)),
            Is.EqualTo(new[] { "first", "relu", "spare", "last" }),
            "as they run; what never runs stays behind what it was registered after");
        Assert.That(model.Layers.Select(layer => layer.Index), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(model.Layers.IsInForwardOrder);
    }

    [Test]
    public void Tracing_enters_the_phase_again_so_that_the_last_layers_are_the_last_that_run()
    {
        using var model = Crossed.Seeded();
        model.UnfreezeLast(1);
        Assert.That(Trainable(model), Is.EqualTo(new[] { "first" }));

        using var probe = torch.zeros(2, 4);
        model.TraceLayers(probe);

        Assert.That(Trainable(model), Is.EqualTo(new[] { "last" }));
    }

    [Test]
    public void Tracing_changes_no_weight_no_buffer_and_no_mode()
    {
        using var model = Mlp.Seeded();
        model.train();
        var before = Toy.Weights(model);
        var modes = model.named_modules().Select(named => named.module.training).ToList();

        using var probe = torch.ones(3, 4);
        model.TraceLayers(probe);

        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
        Assert.That(model.named_modules().Select(named => named.module.training), Is.EqualTo(modes));
    }

    [Test]
    public void A_sequential_needs_no_trace()
    {
        using var model = Mlp.Seeded();

        Assert.That(model.Layers.IsInForwardOrder);
    }

    [Test]
    public void Fit_refuses_a_phase_that_counted_the_wrong_layers_before_it_touches_a_weight()
    {
        using var model = Crossed.Seeded();
        model.UnfreezeLast(1);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var before = Toy.Weights(model);

        Assert.That(
            () => compiled.Fit(Toy.Points(), Toy.Quiet),
            Throws
                .TypeOf<FineTuneException>()
                .With.Message.EqualTo(
                    "The phase 'fine-tune (last 1 layer)' counted the layers as they are registered, but they run in another "
                        + "order: layer 0 is 'first', not 'last'. Call model.TraceLayers(batch) before layers are unfrozen, and "
                        + "recompile."));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void Fit_in_a_phase_without_a_count_learns_the_order_by_itself()
    {
        using var model = Crossed.Seeded();
        model.FreezeBackbone();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(), Toy.Quiet);

        Assert.That(Names(model.Layers), Is.EqualTo(new[] { "first", "relu", "spare", "last" }));
    }

    [Test]
    public void FineTune_traces_first_and_unfreezes_one_block_more_every_few_epochs()
    {
        using var model = Crossed.Seeded();
        var seen = new List<string>();
        var record = new Recorder { AtEpochEnd = fit => seen.Add($"{fit.Epoch}: {string.Join(' ', Trainable(model))}") };

        var result = model.FineTune(Toy.Points(), Toy.Points(seed: 3), new FineTuneOptions
        {
            HeadEpochs = 1,
            FineTuneEpochs = 1,
            Optimizer = Optimizers.SGD(0.01),
            Fit = Toy.Quiet with { Callbacks = [record, new EarlyStopping(patience: 99)] },
        });

        Assert.That(seen, Is.EqualTo(new[]
        {
            "0: ",
            "1: last", "2: last",
            "3: spare last", "4: spare last",
            "5: first spare last",
        }));
        Assert.That(result.History.Records.Select(epoch => epoch.Epoch), Is.EqualTo(Enumerable.Range(0, 6)));
    }

    [Test]
    public void Order_is_unknown_where_layers_run_past_what_hooks_see()
    {
        using var model = Unseen.Seeded();
        model.FreezeBackbone();
        using var probe = torch.zeros(2, 4);

        var layers = model.TraceLayers(probe);

        Assert.That(layers.IsInForwardOrder, Is.False);
        Assert.That(model.Layers.Where(layer => layer.Trainable && layer.ParameterCount > 0), Is.Empty, "the phase is as it was");
        Assert.That(model.parameters().Select(parameter => parameter.grad), Is.All.Null);
    }

    [Test]
    public void Fit_says_once_that_it_counts_layers_of_which_nobody_sees_when_they_run()
    {
        using var model = Unseen.Seeded();
        model.UnfreezeLast(1);
        var compiled = model.Compile(Optimizers.SGD(0.01), Losses.BinaryCrossEntropyWithLogits());

        var result = compiled.Fit(Toy.Points(), Toy.Quiet with { Epochs = 2 });

        Assert.That(
            result.Warnings.Where(warning => warning.Kind == WarningKind.LayerOrderUnknown).Select(warning => warning.Message),
            Is.EqualTo(new[]
            {
                "The phase 'fine-tune (last 1 layer)' counts layers as they are registered, as nobody can see when 'last', "
                    + "'first' run: they are called by forward; call them by call.",
            }));
    }

    [TestCase("head")]
    [TestCase("full")]
    public void Fit_says_nothing_of_the_order_where_no_layer_is_counted(string phase)
    {
        using var model = Unseen.Seeded();
        model.EnterPhase(phase == "head" ? Phase.Head : Phase.Full);

        var result = model.Compile(Optimizers.SGD(0.01), Losses.BinaryCrossEntropyWithLogits()).Fit(Toy.Points(), Toy.Quiet);

        Assert.That(result.Warnings.Where(warning => warning.Kind == WarningKind.LayerOrderUnknown), Is.Empty);
    }

    private static string[] Names(LayerList layers) => [.. layers.Select(layer => layer.Name)];

    private static string[] Trainable(IFineTunable model) =>
        [.. model.Layers.Where(layer => layer.Trainable && layer.ParameterCount > 0).Select(layer => layer.Name)];
}
