using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>A loss that is computed in a loop of one's own: what is compiled is watched as where Fit does it.</summary>
public sealed class OwnLossTests
{
    [Test]
    public void Step_does_what_the_optimizer_by_hand_does()
    {
        using var model = Difference.Seeded();
        using var byHand = Difference.Seeded();
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1));
        var optimizer = torch.optim.SGD(byHand.parameters(), 0.1);

        for (var step = 0; step < 5; step++)
        {
            var (x, y, target) = Batch(step);
            using var loss = functional.mse_loss(byHand.call(x, y), target);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();

            var result = compiled.TrainStep(() => functional.mse_loss(model.call(x, y), target));
            Assert.That(result.Loss, Is.EqualTo(loss.ToDouble()));
        }

        foreach (var (mine, theirs) in model.parameters().Zip(byHand.parameters()))
        {
            Assert.That(mine.equal(theirs).all().ToBoolean());
        }
    }

    [Test]
    public void Change_of_what_trains_makes_it_stale_until_it_is_compiled_again()
    {
        using var model = Difference.Seeded();
        model.EnterPhase(Phase.Head);
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1));
        model.EnterPhase(Phase.Full);

        Assert.That(compiled.IsStale);
        Assert.That(() => Step(compiled, model), Throws.TypeOf<StaleCompilationException>().With.Message.Contains("backbone.weight"));

        compiled = compiled.Recompile();
        Assert.That(compiled.IsStale, Is.False);
        Assert.That(compiled.ParameterGroups.Select(group => group.Name), Is.EqualTo(["backbone", "head"]));
        Assert.That(
            compiled.LearningRates.Select(group => group.LearningRate),
            Is.All.EqualTo(0.01).Within(1e-12),
            "a tenth of the head's");
        Assert.That(Step(compiled, model).Loss, Is.GreaterThan(0));
    }

    [Test]
    public void Loss_that_is_not_finite_leaves_the_weights_as_they_were()
    {
        using var model = Difference.Seeded();
        using var before = model.parameters().First().clone();
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1));

        Assert.That(() => compiled.TrainStep(() => model.call(ones(2, 3), ones(2, 3)).sum() / 0.0),
            Throws.TypeOf<NonFiniteException>().With.Message.Contains("Infinity at step 0"));
        Assert.That(model.parameters().First().equal(before).all().ToBoolean());
    }

    [Test]
    public void Loss_that_is_no_single_value_or_comes_from_elsewhere_is_refused()
    {
        using var model = Difference.Seeded();
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1));

        Assert.That(() => compiled.TrainStep(() => model.call(ones(2, 3), zeros(2, 3))),
            Throws.ArgumentException.With.Message.StartsWith("The loss has the shape [2, 1]; one value is expected"));
        Assert.That(() => compiled.TrainStep(() => ones(1)),
            Throws.ArgumentException.With.Message.StartsWith("The loss depends on no parameter that trains"));
        Assert.That(() => compiled.TrainStep((Func<Tensor>)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Model_is_in_training_mode_while_the_loss_is_computed()
    {
        using var model = Difference.Seeded();
        var compiled = CompiledModel.Compile(model, Optimizers.SGD(0.1));
        model.eval();

        compiled.TrainStep(() =>
        {
            Assert.That(model.training);
            return model.call(ones(2, 3), zeros(2, 3)).sum();
        });
    }

    private static StepResult Step(CompiledModel compiled, Difference model)
    {
        var (x, y, target) = Batch(0);
        return compiled.TrainStep(() => functional.mse_loss(model.call(x, y), target));
    }

    private static (Tensor X, Tensor Y, Tensor Target) Batch(int step)
    {
        var generator = new Generator((ulong)step);
        return (rand([4, 3], generator: generator), rand([4, 3], generator: generator), rand([4, 1], generator: generator));
    }

    /// <summary>What a generated part would be, by hand.</summary>
    private sealed class Difference : Module<Tensor, Tensor, Tensor>, IFineTunable
    {
        private readonly Linear backbone = Linear(3, 4);
        private readonly Linear head = Linear(4, 1);

        private Difference() : base(nameof(Difference)) => RegisterComponents();

        public Manifest Manifest =>
            new(nameof(Difference), [new("backbone", MemberRole.Backbone), new("head", MemberRole.Head)], null, LayerUnit.Layer);

        public Phase Phase { get; private set; } = Phase.Full;

        public LayerList Layers => field ??= LayerList.Of(("backbone", backbone, BatchNormMode.Inference));

        public bool IsBackboneFrozen => Layers.AreFrozen;

        public static Difference Seeded()
        {
            torch.random.manual_seed(1);
            return new();
        }

        public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) =>
            [new("backbone", backbone, rates.Resolve()), new("head", head, rates.Resolve())];

        public void EnterPhase(Phase phase)
        {
            Phase = phase;
            Layers.Enter(phase);
            train(training);
        }

        public override Tensor forward(Tensor x, Tensor y) => head.call(backbone.call(x) - backbone.call(y));
    }
}
