using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SegmentationService;

/// <summary>As much of a container as is needed.</summary>
public sealed class Services
{
    private readonly Dictionary<Type, Func<Services, object>> factories = [];
    private readonly Dictionary<Type, object> made = [];

    public Services Add<T>(Func<Services, T> factory)
        where T : notnull
    {
        factories[typeof(T)] = services => factory(services);
        return this;
    }

    public T Get<T>()
    {
        if (!made.TryGetValue(typeof(T), out var service))
            made[typeof(T)] = service = factories[typeof(T)](this);
        return (T)service;
    }
}

public sealed class SegmentationOptions
{
    public required int Classes { get; init; }

    public int Width { get; init; } = 8;

    public double LearningRate { get; init; } = 4e-3;

    public int Epochs { get; init; } = 5;
}

public interface ISceneSource
{
    (Tensor Images, Tensor Masks) Scenes(int count);
}

public sealed class RandomScenes(SegmentationOptions options) : ISceneSource
{
    public (Tensor Images, Tensor Masks) Scenes(int count)
    {
        using var scope = NewDisposeScope();
        var masks = zeros([count, 16, 16], dtype: ScalarType.Int64);
        for (var i = 0; i < count; i++)
        {
            for (var kind = 1; kind < options.Classes; kind++)
            {
                var (x, y) = (Random.Shared.Next(11), Random.Shared.Next(11));
                masks[i].slice(0, y, y + 5, 1).slice(1, x, x + 5, 1).fill_(kind);
            }
        }

        var images = masks.to(ScalarType.Float32).unsqueeze(1) / options.Classes + 0.15 * randn(count, 1, 16, 16);
        return scope.MoveToOuter(images, masks);
    }
}

public sealed class SmallUNet : Module<Tensor, Tensor>
{
    private readonly Sequential outer;
    private readonly Sequential inner;
    private readonly ConvTranspose2d up;
    private readonly Sequential merge;
    private readonly Conv2d output;

    public SmallUNet(SegmentationOptions options)
        : base("unet")
    {
        var width = options.Width;
        outer = Block(1, width);
        inner = Block(width, 2 * width);
        up = ConvTranspose2d(2 * width, width, 2, stride: 2);
        merge = Block(2 * width, width);
        output = Conv2d(width, options.Classes, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var fine = outer.call(images);
        var coarse = inner.call(functional.max_pool2d(fine, 2));
        return output.call(merge.call(cat([fine, up.call(coarse)], 1)));
    }

    private static Sequential Block(long from, long to) =>
        Sequential(Conv2d(from, to, 3, padding: 1, bias: false), BatchNorm2d(to), ReLU());
}

public sealed class SegmentationTrainer
{
    private readonly SmallUNet net;
    private readonly ISceneSource source;
    private readonly SegmentationOptions options;
    private readonly Device device;
    private readonly optim.Optimizer optimizer;
    private readonly optim.lr_scheduler.LRScheduler scheduler;

    public SegmentationTrainer(SmallUNet net, ISceneSource source, SegmentationOptions options)
    {
        this.net = net;
        this.source = source;
        this.options = options;
        device = cuda.is_available() ? CUDA : CPU;
        net.to(device);
        optimizer = optim.AdamW(net.parameters(), options.LearningRate);
        scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.Epochs);
    }

    public void Train()
    {
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            net.train();
            var loss = Enumerable.Range(0, 20).Select(_ => TrainBatch()).Average();
            scheduler.step();
            Console.WriteLine($"Epoch {epoch}: {loss:F4}, overlap {Overlap(50):P1}");
        }
    }

    private float TrainBatch()
    {
        using var scope = NewDisposeScope();
        var (images, masks) = source.Scenes(12);
        var logits = net.call(images.to(device));
        var truth = masks.to(device);
        var loss = functional.cross_entropy(logits, truth);
        loss += 0.5 * Dice(functional.softmax(logits, 1), truth);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private Tensor Dice(Tensor shares, Tensor truth)
    {
        var wanted = functional.one_hot(truth, options.Classes).permute(0, 3, 1, 2).to(ScalarType.Float32);
        var shared = (shares * wanted).sum([0, 2, 3]);
        return 1 - (2 * shared / (shares.sum([0, 2, 3]) + wanted.sum([0, 2, 3]) + 1e-6)).mean();
    }

    private double Overlap(int count)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (images, masks) = source.Scenes(count);
        var found = net.call(images.to(device)).argmax(1).cpu();
        return Enumerable.Range(1, options.Classes - 1).Average(kind =>
        {
            var both = found.eq(kind).logical_and(masks.eq(kind)).sum().item<long>();
            var either = found.eq(kind).logical_or(masks.eq(kind)).sum().item<long>();
            return (double)both / Math.Max(1, either);
        });
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(42);
        var services = new Services()
            .Add(_ => new SegmentationOptions { Classes = 3 })
            .Add<ISceneSource>(provider => new RandomScenes(provider.Get<SegmentationOptions>()))
            .Add(provider => new SmallUNet(provider.Get<SegmentationOptions>()))
            .Add(provider => new SegmentationTrainer(
                provider.Get<SmallUNet>(), provider.Get<ISceneSource>(), provider.Get<SegmentationOptions>()));
        services.Get<SegmentationTrainer>().Train();
    }
}
