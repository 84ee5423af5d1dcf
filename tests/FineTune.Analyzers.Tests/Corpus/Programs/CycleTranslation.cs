using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CycleTranslation;

internal sealed class Mapper : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public Mapper(string name)
        : base(name)
    {
        layers = Sequential(Linear(2, 48), ReLU(), Linear(48, 48), ReLU(), Linear(48, 2));
        RegisterComponents();
    }

    public override Tensor forward(Tensor points) => points + layers.call(points);
}

internal sealed class Critic : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public Critic(string name)
        : base(name)
    {
        layers = Sequential(Linear(2, 48), LeakyReLU(0.2), Linear(48, 48), LeakyReLU(0.2), Linear(48, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor points) => layers.call(points);
}

/// <summary>Some of the older images, so that a critic does not forget them.</summary>
internal sealed class Pool(int capacity)
{
    private readonly List<Tensor> kept = [];
    private readonly Random random = new(1);

    public Tensor Exchange(Tensor fresh)
    {
        var copy = fresh.detach().clone().DetachFromDisposeScope();
        if (kept.Count < capacity)
        {
            kept.Add(copy);
            return fresh.detach();
        }

        var place = random.Next(capacity);
        var old = kept[place];
        kept[place] = copy;
        return old;
    }
}

/// <summary>From one cloud of points to another and back, without pairs.</summary>
internal sealed class CycleTrainer
{
    private readonly Mapper there = new("there");
    private readonly Mapper back = new("back");
    private readonly Critic here = new("here");
    private readonly Critic away = new("away");
    private readonly Pool poolHere = new(20);
    private readonly Pool poolAway = new(20);
    private readonly optim.Optimizer mapperOptimizer;
    private readonly optim.Optimizer criticOptimizer;

    public CycleTrainer(double rate)
    {
        mapperOptimizer = optim.Adam(there.parameters().Concat(back.parameters()).ToList(), rate, beta1: 0.5);
        criticOptimizer = optim.Adam([.. here.parameters(), .. away.parameters()], rate, beta1: 0.5);
    }

    public IEnumerable<(int Iteration, float Mappers, float Critics)> Train(Func<Tensor> source, Func<Tensor> target, int iterations)
    {
        for (var iteration = 1; iteration <= iterations; iteration++)
        {
            var (mappers, critics) = Iterate(source, target);
            if (iteration % 100 == 0)
                yield return (iteration, mappers, critics);
        }
    }

    public Tensor Translate(Tensor points)
    {
        using var guard = no_grad();
        return there.call(points);
    }

    private (float Mappers, float Critics) Iterate(Func<Tensor> source, Func<Tensor> target)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (source(), target());

        // The mappers, while the critics only look on.
        SetTrainable(false, here, away);
        var (fakeB, fakeA) = (there.call(a), back.call(b));
        var deceit = Squared(away.call(fakeB), 1) + Squared(here.call(fakeA), 1);
        var cycle = functional.l1_loss(back.call(fakeB), a) + functional.l1_loss(there.call(fakeA), b);
        var mapperLoss = deceit + 5 * cycle;
        mapperOptimizer.zero_grad();
        mapperLoss.backward();
        mapperOptimizer.step();

        // The critics.
        SetTrainable(true, here, away);
        var criticLoss = 0.5 * (Squared(here.call(a), 1) + Squared(here.call(poolHere.Exchange(fakeA)), 0));
        criticLoss += 0.5 * (Squared(away.call(b), 1) + Squared(away.call(poolAway.Exchange(fakeB)), 0));
        criticOptimizer.zero_grad();
        criticLoss.backward();
        criticOptimizer.step();
        return (mapperLoss.item<float>(), criticLoss.item<float>());
    }

    private static Tensor Squared(Tensor verdict, double wanted) => (verdict - wanted).pow(2).mean();

    private static void SetTrainable(bool trainable, params Module[] modules)
    {
        foreach (var parameter in modules.SelectMany(module => module.parameters()))
            parameter.requires_grad = trainable;
    }
}

internal static class Program
{
    private static void Main()
    {
        manual_seed(33);
        var trainer = new CycleTrainer(1e-3);
        foreach (var (iteration, mappers, critics) in trainer.Train(Disc, Square, 600))
            Console.WriteLine($"{iteration}: mappers {mappers:F3}, critics {critics:F3}");

        using var points = Disc();
        using var translated = trainer.Translate(points);
        var inside = translated.abs().max(1).values.le(1.1).to(ScalarType.Float32).mean().item<float>();
        Console.WriteLine($"{inside:P0} of the disc are in the square.");
    }

    private static Tensor Disc()
    {
        using var scope = NewDisposeScope();
        var (angle, radius) = (rand(64) * 2 * Math.PI, rand(64).sqrt());
        return scope.MoveToOuter(stack([3 + radius * angle.cos(), radius * angle.sin()], 1));
    }

    private static Tensor Square() => 2 * rand(64, 2) - 1;
}
