using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

public sealed class StaleTests
{
    [Test]
    public void Training_after_an_unfreeze_without_recompile_throws_before_touching_a_weight()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        model.UnfreezeLast(3);
        var before = Toy.Weights(model);

        Assert.That(() => compiled.Fit(Toy.Points(), Toy.Quiet), Throws.TypeOf<StaleCompilationException>());
        Assert.That(() => Step(compiled), Throws.TypeOf<StaleCompilationException>());
        Assert.That(compiled.IsStale, Is.True);
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void What_changed_is_listed_by_name_with_what_it_was_and_is()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        model.UnfreezeLast(2);

        Assert.That(() => Step(compiled), Throws.TypeOf<StaleCompilationException>()
            .With.Message.EqualTo(
                "The compiled model is stale: what is trainable changed since Compile; call Recompile() on the model and "
                + "train with its result. Changed: backbone.bn2.weight (was frozen, is trainable), "
                + "backbone.bn2.bias (was frozen, is trainable).")
            .And.Property("Changes").Count.EqualTo(2));
    }

    [Test]
    public void The_list_ends_at_ten_with_the_count_of_the_rest()
    {
        var changes = Enumerable.Range(0, 13).Select(i => new TrainabilityChange($"p{i}", true, false)).ToList();

        var message = new StaleCompilationException(changes).Message;

        Assert.That(message, Does.Contain("p9 (was trainable, is frozen) and 3 more.").And.Not.Contain("p10"));
    }

    [Test]
    public void A_change_made_past_our_methods_is_seen_too()
    {
        using var model = Mlp.Seeded();
        var compiled = Compile(model);

        model.head.bias!.requires_grad = false;

        Assert.That(() => Step(compiled), Throws.TypeOf<StaleCompilationException>()
            .With.Message.Contains("head.bias (was trainable, is frozen)"));
    }

    [Test]
    public void Changing_it_back_makes_it_fresh_again()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        model.UnfreezeBackbone();
        model.FreezeBackbone();

        Assert.That(compiled.IsStale, Is.False);
        Assert.That(() => compiled.Fit(Toy.Points(), Toy.Quiet), Throws.Nothing);
    }

    [Test]
    public void A_change_in_the_middle_of_a_fit_stops_it_before_the_next_step()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        var after = new Dictionary<string, float[]>();
        var unfreeze = new Recorder
        {
            AtBatchEnd = fit =>
            {
                if (fit.Batch == 0)
                {
                    model.UnfreezeBackbone();
                    after = Toy.Weights(model);
                }
            },
        };

        Assert.That(
            () => compiled.Fit(Toy.Points(), Toy.Quiet with { BatchSize = 8, Callbacks = [unfreeze] }),
            Throws.TypeOf<StaleCompilationException>());
        Assert.That(Toy.Changed(after, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void Evaluating_a_stale_model_is_no_training_and_works()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        model.UnfreezeBackbone();

#pragma warning disable FT2001 // What the rule warns of is what this test is about.
        Assert.That(compiled.Evaluate(Toy.Points()).Loss, Is.GreaterThan(0));
#pragma warning restore FT2001
    }

    [Test]
    public void Recompiling_makes_a_fresh_model_with_the_same_loss_and_metrics()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = Compile(model);
        model.UnfreezeLast(3);
        var before = Toy.Weights(model);

        var recompiled = model.Recompile();
        recompiled.Fit(Toy.Points(), Toy.Quiet);

        Assert.That(recompiled.Loss, Is.SameAs(compiled.Loss));
        Assert.That(recompiled.Metrics, Is.EqualTo(compiled.Metrics));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.EquivalentTo(new[]
        {
            "backbone.fc2.weight", "backbone.fc2.bias", "backbone.bn2.weight", "backbone.bn2.bias", "head.weight", "head.bias",
        }));
    }

    private static CompiledModel Compile(Mlp model) =>
        model.Compile(Optimizers.SGD(0.1, momentum: 0.9), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());

    private static void Step(CompiledModel compiled)
    {
        using var scope = torch.NewDisposeScope();
        compiled.TrainStep(torch.ones(2, 4), torch.ones(2));
    }
}
