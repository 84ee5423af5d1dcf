using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SoilClassifier;

public record SoilOptions(string? Pretrained, int Epochs = 5, int BatchSize = 20, double Rate = 3e-3);

public class SoilNet : Module<Tensor, Tensor>
{
    public SoilNet(int kinds)
        : base("soil")
    {
        Backbone = Sequential(
            ("conv1", Conv2d(3, 12, 3, padding: 1, bias: false)),
            ("bn1", BatchNorm2d(12)),
            ("relu1", ReLU()),
            ("conv2", Conv2d(12, 24, 3, stride: 2, padding: 1, bias: false)),
            ("bn2", BatchNorm2d(24)),
            ("relu2", ReLU()),
            ("pool", AdaptiveAvgPool2d(2)),
            ("flat", Flatten()));
        Dropout = nn.Dropout(0.2);
        Head = Linear(96, kinds);
        register_module("backbone", Backbone);
        register_module("dropout", Dropout);
        register_module("head", Head);
    }

    public Sequential Backbone { get; }

    public Dropout Dropout { get; }

    public Linear Head { get; }

    public override Tensor forward(Tensor images) => Head.call(Dropout.call(Backbone.call(images)));
}

public class SoilTrainer
{
    private readonly SoilNet net;
    private readonly SoilOptions options;
    private readonly SGD optimizer;
    private readonly List<(int Epoch, double Loss, double Accuracy)> log = [];

    public SoilTrainer(SoilNet net, SoilOptions options)
    {
        this.net = net;
        this.options = options;
        if (options.Pretrained is { } file)
            net.load(file);
        Freeze(net.Backbone);
        optimizer = optim.SGD(net.Head.parameters(), options.Rate, momentum: 0.9);
    }

    public IReadOnlyList<(int Epoch, double Loss, double Accuracy)> Log => log;

    public void Fit((Tensor Images, Tensor Kinds) training, (Tensor Images, Tensor Kinds) testing)
    {
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            net.train();
            var loss = TrainEpoch(training.Images, training.Kinds); // FT3005
            log.Add((epoch, loss, Accuracy(testing.Images, testing.Kinds)));
            Console.WriteLine(log[^1]);
        }
    }

    private double TrainEpoch(Tensor images, Tensor kinds)
    {
        var (sum, count) = (0.0, kinds.shape[0]);
        foreach (var indices in randperm(count).split(options.BatchSize))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.cross_entropy(net.call(images[indices]), kinds[indices]);
            loss.backward();
            optimizer.step();
            sum += loss.item<float>() * indices.shape[0];
        }

        return sum / count;
    }

    private double Accuracy(Tensor images, Tensor kinds)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return net.call(images).argmax(1).eq(kinds).to(ScalarType.Float32).mean().item<float>();
    }

    private static void Freeze(Module part)
    {
        foreach (var parameter in part.parameters())
            parameter.requires_grad = false;
    }
}

public static class Program
{
    private const int Kinds = 4;

    public static void Main(string[] args)
    {
        manual_seed(26);
        var trainer = new SoilTrainer(new SoilNet(Kinds), new SoilOptions(args.FirstOrDefault()));
        trainer.Fit(Samples(400), Samples(100));
        var best = trainer.Log.MaxBy(entry => entry.Accuracy);
        Console.WriteLine($"Epoch {best.Epoch} was the best.");
    }

    /// <summary>Grains, coarser from kind to kind, in a tint of the place.</summary>
    private static (Tensor Images, Tensor Kinds) Samples(int count)
    {
        var images = new List<Tensor>();
        var kinds = new List<long>();
        for (var i = 0; i < count; i++)
        {
            var kind = Random.Shared.Next(Kinds);
            var grain = 1L << kind;
            using var noise = rand(1, 1, 16 / grain, 16 / grain);
            using var grown = noise.repeat_interleave(grain, 2).repeat_interleave(grain, 3);
            using var tint = rand(1, 3, 1, 1);
            images.Add((grown * tint).squeeze(0));
            kinds.Add(kind);
        }

        return (stack(images), tensor(kinds.ToArray()));
    }
}
