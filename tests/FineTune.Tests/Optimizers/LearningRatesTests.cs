using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class LearningRatesTests
{
    private static readonly LearningRates Head = new(Phase.Head, Explicit: null, HeadRate: 1e-3);
    private static readonly LearningRates FineTune = new(Phase.Full, Explicit: null, HeadRate: 1e-3);

    [Test]
    public void The_rate_of_a_member_goes_before_all_others()
    {
        Assert.That((Head with { Explicit = 2e-3 }).Resolve(head: 5e-3, fineTune: 6e-3, modelFineTune: 7e-3), Is.EqualTo(5e-3));
        Assert.That((FineTune with { Explicit = 2e-3 }).Resolve(head: 5e-3, fineTune: 6e-3, modelFineTune: 7e-3), Is.EqualTo(6e-3));
    }

    [Test]
    public void The_rate_stated_in_the_call_goes_before_that_of_the_class() =>
        Assert.That((FineTune with { Explicit = 2e-3 }).Resolve(modelFineTune: 7e-3), Is.EqualTo(2e-3));

    [Test]
    public void The_rate_of_the_class_goes_before_the_default() =>
        Assert.That(FineTune.Resolve(head: 5e-3, modelFineTune: 7e-3), Is.EqualTo(7e-3));

    [Test]
    public void The_default_is_the_head_s_rate_and_a_tenth_of_it_when_fine_tuning()
    {
        Assert.That(Head.Resolve(modelFineTune: 7e-3), Is.EqualTo(1e-3));
        Assert.That(FineTune.Resolve(head: 5e-3), Is.EqualTo(1e-4).Within(1e-12));
    }

    [Test]
    public void Attributes_reach_the_groups_of_a_compiled_model()
    {
        using var model = new RatedMlp();
        model.FreezeBackbone();
        var head = model.Compile(Optimizers.Adam(1e-4), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeLast();
        var fine = model.Recompile();

        Assert.That(Rates(head), Is.EqualTo(new[] { ("head", 1e-2) }));
        Assert.That(Rates(fine), Is.EqualTo(new[] { ("backbone", 1e-5), ("head", 1e-5) }));
    }

    [Test]
    public void Nothing_stated_is_1e_4_for_the_head_with_Adam_and_a_tenth_when_fine_tuning()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var head = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeBackbone();
        var fine = model.Recompile();

        Assert.That(Rates(head), Is.EqualTo(new[] { ("head", 1e-4) }));
        Assert.That(fine.LearningRates.Select(group => group.LearningRate), Is.All.EqualTo(1e-5).Within(1e-15));
    }

    [Test]
    public void Recompiling_at_a_stated_rate_takes_it_and_keeps_it_for_the_phases_of_its_kind()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        model.Compile(Optimizers.Adam(1e-3), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeLast(1);
        var stated = model.Recompile(3e-5);
        model.UnfreezeLast(3);
        var gradual = model.Recompile();

        Assert.That(stated.LearningRates.Select(group => group.LearningRate), Is.All.EqualTo(3e-5));
        Assert.That(gradual.LearningRates.Select(group => group.LearningRate), Is.All.EqualTo(3e-5));
    }

    [TestCase(0)]
    [TestCase(-1e-3)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_rate_that_is_not_finite_and_positive_is_an_error(double rate)
    {
        using var model = Mlp.Seeded();
        model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(() => Optimizers.Adam(rate), Throws.TypeOf<FineTuneException>());
        Assert.That(() => model.Recompile(rate), Throws.TypeOf<FineTuneException>());
    }

    [Test]
    public void Fine_tuning_at_the_head_s_rate_is_a_warning_in_each_fit()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        model.Compile(Optimizers.Adam(1e-3), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeBackbone();
        var compiled = model.Recompile(1e-3);

        var history = compiled.Fit(Toy.Points(), Toy.Quiet);

        Assert.That(history.Warnings, Has.One.Property("Kind").EqualTo(WarningKind.LearningRateNotLowered));
        Assert.That(history.Warnings[0].Message, Does.Contain("1e-3"));
        Assert.That(model.Recompile(1e-4).Warnings, Is.Empty);
    }

    private static IEnumerable<(string, double)> Rates(CompiledModel compiled) =>
        compiled.LearningRates.Select(group => (group.Name, group.LearningRate));
}
