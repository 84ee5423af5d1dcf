using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QualityInspection;

public interface IImageSource
{
    int Classes { get; }

    IEnumerable<(Tensor Images, Tensor Labels)> Batches(int size);
}

public interface IModelTrainer
{
    double TrainEpoch(int epoch);

    double Evaluate();
}

/// <summary>Woven cloth, whole or torn.</summary>
public sealed class ClothSource(int count, int seed) : IImageSource
{
    private readonly Random random = new(seed);

    public int Classes => 2;

    public IEnumerable<(Tensor Images, Tensor Labels)> Batches(int size)
    {
        for (var start = 0; start < count; start += size)
        {
            var labels = Enumerable.Range(0, size).Select(_ => random.NextInt64(2)).ToArray();
            var pixels = labels.SelectMany(Cloth).ToArray();
            yield return (tensor(pixels).view(size, 1, 20, 20), tensor(labels));
        }
    }

    private IEnumerable<float> Cloth(long torn)
    {
        var (x, y) = (random.Next(14), random.Next(14));
        for (var row = 0; row < 20; row++)
        {
            for (var column = 0; column < 20; column++)
            {
                var inside = row >= y && row < y + 5 && column >= x && column < x + 5;
                yield return torn == 1 && inside ? 0 : (row + column) % 2 + random.NextSingle() * 0.2f;
            }
        }
    }
}

public sealed class ConvBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d norm;
    private readonly ReLU relu;

    public ConvBlock(long from, long to, long stride)
        : base("block")
    {
        conv = Conv2d(from, to, 3, stride, 1, bias: false);
        norm = BatchNorm2d(to);
        relu = ReLU();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => relu.call(norm.call(conv.call(x)));
}

public sealed class InspectionNet : Module<Tensor, Tensor>
{
    private readonly Sequential backbone;
    private readonly Linear head;

    public InspectionNet(long classes)
        : base("inspection")
    {
        backbone = Sequential(new ConvBlock(1, 8, 1), new ConvBlock(8, 16, 2), new ConvBlock(16, 32, 2), AdaptiveAvgPool2d(1), Flatten());
        head = Linear(32, classes);
        RegisterComponents();
    }

    public Sequential Backbone => backbone;

    public Linear Head => head;

    public override Tensor forward(Tensor images) => head.call(backbone.call(images));
}

public sealed class InspectionTrainer : IModelTrainer
{
    private readonly InspectionNet net;
    private readonly IImageSource training;
    private readonly IImageSource testing;
    private readonly optim.Optimizer optimizer;

    public InspectionTrainer(InspectionNet net, IImageSource training, IImageSource testing)
    {
        this.net = net;
        this.training = training;
        this.testing = testing;

        // What the backbone has learned elsewhere is to stay.
        foreach (var parameter in net.Backbone.parameters())
            parameter.requires_grad = false;
        optimizer = optim.Adam(net.Head.parameters(), 5e-3);
    }

    public double TrainEpoch(int epoch)
    {
        net.train(); // FT3005
        var losses = new List<float>();
        foreach (var (images, labels) in training.Batches(32))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.cross_entropy(net.call(images), labels);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        return losses.Average();
    }

    public double Evaluate()
    {
        net.eval();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return testing.Batches(50)
            .Select(batch => net.call(batch.Images).argmax(1).eq(batch.Labels).to(ScalarType.Float32).mean().item<float>())
            .Average();
    }
}

public static class Program
{
    public static void Main(string[] args)
    {
        manual_seed(2);
        var net = new InspectionNet(classes: 2);
        if (args is [var weights])
            net.load(weights);

        IModelTrainer trainer = new InspectionTrainer(net, new ClothSource(640, 1), new ClothSource(200, 2));
        for (var epoch = 1; epoch <= 5; epoch++)
            Console.WriteLine($"{epoch}: {trainer.TrainEpoch(epoch):F4}, {trainer.Evaluate():P1}");
    }
}
