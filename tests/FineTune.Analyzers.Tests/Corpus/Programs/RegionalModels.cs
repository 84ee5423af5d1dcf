using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RegionalModels;

public sealed record RegionOptions(string Name, double Level, double Slope);

/// <summary>A shared part for all regions, and an answer for one.</summary>
public sealed class YieldModel : Module<Tensor, Tensor>
{
    public YieldModel(long features)
        : base("yield")
    {
        Shared = Sequential(("fc1", Linear(features, 32)), ("act1", Tanh()), ("fc2", Linear(32, 16)), ("act2", Tanh()));
        Region = Linear(16, 1);
        register_module("shared", Shared);
        register_module("region", Region);
    }

    public Sequential Shared { get; }

    public Linear Region { get; }

    public override Tensor forward(Tensor fields) => Region.call(Shared.call(fields)).squeeze(1);
}

public sealed class RegionTrainer
{
    private readonly YieldModel model;
    private readonly optim.Optimizer optimizer;
    private readonly IProgress<string> progress;

    public RegionTrainer(YieldModel model, IProgress<string> progress)
    {
        this.model = model;
        this.progress = progress;
        Toggle(model.Shared, on: false);
        optimizer = optim.RMSProp(model.parameters().Where(parameter => parameter.requires_grad).ToList(), 5e-3);
    }

    public double TrainRegion(Tensor fields, Tensor yields, CancellationToken cancellation = default) =>
        RunPhase("region", fields, yields, 5, cancellation);

    public double TrainAll(Tensor fields, Tensor yields, CancellationToken cancellation = default)
    {
        Toggle(model.Shared, on: true);
        progress.Report("The shared part learns as well.");
        return RunPhase("all", fields, yields, 8, cancellation); // FT3001
    }

    public double Error(Tensor fields, Tensor yields)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return (model.call(fields) - yields).abs().mean().item<float>();
    }

    private double RunPhase(string name, Tensor fields, Tensor yields, int epochs, CancellationToken cancellation)
    {
        var loss = double.NaN;
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            loss = TrainEpoch(fields, yields);
            if (epoch == epochs)
                progress.Report($"{name}: {loss:F4} after {epoch} epochs");
        }

        return loss;
    }

    private double TrainEpoch(Tensor fields, Tensor yields)
    {
        model.train();
        var losses = new List<float>();
        foreach (var indices in randperm(yields.shape[0]).split(25))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.smooth_l1_loss(model.call(fields[indices]), yields[indices]);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        return losses.Average();
    }

    private static void Toggle(Module module, bool on) =>
        module.parameters().ToList().ForEach(parameter => parameter.requires_grad = on);
}

public sealed class ConsoleProgress : IProgress<string>
{
    public void Report(string value) => Console.WriteLine($"  {value}");
}

public static class Program
{
    private const int Features = 5;

    public static void Main()
    {
        manual_seed(100);
        RegionOptions[] regions = [new("valley", 1.0, 0.5), new("coast", 0.2, -0.4), new("hills", -0.5, 1.2)];
        foreach (var region in regions)
        {
            Console.WriteLine(region.Name);
            using var model = new YieldModel(Features);
            var trainer = new RegionTrainer(model, new ConsoleProgress());
            var (fields, yields) = Harvest(region, 500);
            trainer.TrainRegion(fields, yields);
            trainer.TrainAll(fields, yields);
            var (testFields, testYields) = Harvest(region, 100);
            Console.WriteLine($"  off by {trainer.Error(testFields, testYields):F3}");
        }
    }

    private static (Tensor Fields, Tensor Yields) Harvest(RegionOptions region, int count)
    {
        using var scope = NewDisposeScope();
        var fields = rand(count, Features);
        var yields = region.Level + region.Slope * fields.select(1, 0) + (4 * fields.select(1, 1)).sin() * fields.select(1, 2);
        return scope.MoveToOuter(fields, yields + 0.05 * randn(count));
    }
}
