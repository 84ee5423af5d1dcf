using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;

namespace FineTune.LibTorch.Tests.Optim;

public class SchedulerTests
{
    private static readonly Dictionary<string, Tensor> Expected = Fixture.Load("optimizers.safetensors");

    // One line each, under the name in Fixtures/make_optimizers.py.
    private static readonly Dictionary<string, Func<Optimizer, LRScheduler>> Schedulers = new()
    {
        ["StepLR"] = o => StepLR(o, 3, 0.5),
        ["MultiStepLR"] = o => MultiStepLR(o, [2, 5, 6], 0.3),
        ["ExponentialLR"] = o => ExponentialLR(o, 0.9),
        ["ConstantLR"] = o => ConstantLR(o, 0.25, 4),
        ["LinearLR"] = o => LinearLR(o, 0.25, 1.0, 6),
        ["PolynomialLR"] = o => PolynomialLR(o, 8, 2),
        ["CosineAnnealingLR"] = o => CosineAnnealingLR(o, 5, 0.01),
        ["LambdaLR"] = o => LambdaLR(o, epoch => 1.0 / (epoch + 1)),
        ["MultiplicativeLR"] = o => MultiplicativeLR(o, _ => 0.95),
        ["SequentialLR"] = o => SequentialLR(o, [LinearLR(o, 0.1, 1.0, 4), ExponentialLR(o, 0.9)], [4]),
        ["OneCycleLR"] = o => OneCycleLR(o, 0.5, 20),
        ["OneCycleLR in three phases"] = o => OneCycleLR(
            o, [0.5, 0.2], epochs: 5, steps_per_epoch: 4, pct_start: 0.4, anneal_strategy: impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true),
        ["CyclicLR"] = o => CyclicLR(o, 0.01, 0.2, 4),
        ["CyclicLR, halved"] = o => CyclicLR(o, 0.01, 0.2, 3, 5, impl.CyclicLR.Mode.Triangular2),
        ["CyclicLR, decaying"] = o => CyclicLR(o, 0.01, 0.2, 3, mode: impl.CyclicLR.Mode.ExpRange, gamma: 0.9, cycle_momentum: false),
        ["ReduceLROnPlateau"] = o => ReduceLROnPlateau(o, factor: 0.5, patience: 1),
        ["ReduceLROnPlateau upwards"] = o => ReduceLROnPlateau(o, "max", 0.3, 0, 0.01, "abs", 2, [0.001, 0.05]),
    };

    private static IEnumerable<string> Names => Expected.Keys.Where(key => key.EndsWith("|rates")).Select(key => key.Split('|')[0]);

    [TestCaseSource(nameof(Names))]
    public void Rates_and_momenta_are_those_of_PyTorch(string name)
    {
        using var optimizer = TwoGroups();
        var scheduler = Schedulers[name](optimizer);
        var losses = Expected["losses"].data<double>().ToArray();

        var rates = new List<double>();
        var momenta = new List<double>();
        for (int epoch = 0; epoch < 20; epoch++)
        {
            rates.AddRange(optimizer.ParamGroups.Select(group => group.LearningRate));
            momenta.AddRange(optimizer.ParamGroups.Select(group => ((IMomentum)group).Momentum));
            if (epoch < 19)
                scheduler.step(losses[epoch]);
        }

        Assert.That(rates, Is.EqualTo(Expected[$"{name}|rates"].data<double>().ToArray()).Within(1e-12));
        Assert.That(momenta, Is.EqualTo(Expected[$"{name}|momenta"].data<double>().ToArray()).Within(1e-12));
    }

    [Test]
    public void A_group_that_joins_later_is_scheduled_from_then_on()
    {
        using var optimizer = TwoGroups();
        var scheduler = ExponentialLR(optimizer, 0.5);
        using var later = nn.Parameter(zeros(1));
        optimizer.add_param_group(new SGD.ParamGroup([later], 0.8));

        scheduler.step();

        Assert.That(scheduler.get_last_lr(), Is.EqualTo([0.05, 0.15, 0.4]).Within(1e-12));
    }

    [Test]
    public void Chained_schedulers_all_step()
    {
        using var optimizer = TwoGroups();
        var scheduler = ChainedLR([ExponentialLR(optimizer, 0.5), StepLR(optimizer, 1, 0.1)]);

        scheduler.step();

        Assert.That(optimizer.ParamGroups.First().LearningRate, Is.EqualTo(0.005).Within(1e-12));
    }

    [Test]
    public void A_plateau_needs_the_quantity()
    {
        using var optimizer = TwoGroups();
        var scheduler = ReduceLROnPlateau(optimizer);

        Assert.That(() => scheduler.step(), Throws.InvalidOperationException);
        Assert.That(() => ReduceLROnPlateau(optimizer, factor: 1), Throws.ArgumentException);
        Assert.That(() => ReduceLROnPlateau(optimizer, "least"), Throws.ArgumentException);
    }

    private static SGD TwoGroups()
        => SGD([new SGD.ParamGroup { Parameters = [nn.Parameter(zeros(1))] }, new SGD.ParamGroup([nn.Parameter(zeros(1))], 0.3, 0.5)], 0.1, 0.5);
}
