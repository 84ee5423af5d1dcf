using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ants;

internal sealed class Backbone : Module<Tensor, Tensor>
{
    private readonly Sequential features;

    public Backbone()
        : base("backbone")
    {
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        long channels = 3;
        foreach (var width in new long[] { 32, 64, 128, 256 })
        {
            layers.Add(($"conv{width}", Conv2d(channels, width, 3, 1, 1, bias: false)));
            layers.Add(($"norm{width}", BatchNorm2d(width)));
            layers.Add(($"relu{width}", ReLU()));
            layers.Add(($"pool{width}", MaxPool2d(2)));
            channels = width;
        }

        layers.Add(("avg", AdaptiveAvgPool2d(new long[] { 1, 1 })));
        layers.Add(("flat", Flatten()));
        features = Sequential(layers);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => features.call(x);
}

internal sealed class AntsOrBees : Module<Tensor, Tensor>
{
    public readonly Backbone backbone = new();
    public readonly Linear classifier = Linear(256, 2);

    public AntsOrBees()
        : base("ants") => RegisterComponents();

    public override Tensor forward(Tensor x) => classifier.call(backbone.call(x));
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var device = cuda.is_available() ? CUDA : CPU;
        var model = new AntsOrBees();
        model.backbone.load(args[0]);
        model.to(device);
        var (train, validation) = (ReadBatches("hymenoptera/train"), ReadBatches("hymenoptera/val"));

        // First the head alone. The backbone's running statistics stay as they are.
        foreach (var parameter in model.backbone.parameters())
            parameter.requires_grad = false;
        var headOptimizer = optim.SGD(model.classifier.parameters(), 1e-2, momentum: 0.9);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            model.train();
            model.backbone.eval();
            Console.WriteLine(
                $"head {epoch}: {TrainEpoch(model, headOptimizer, train, device):F4}, {Validate(model, validation, device):P1}");
        }

        // Then everything, more gently, with an optimizer that knows it.
        foreach (var parameter in model.backbone.parameters())
            parameter.requires_grad = true;
        var optimizer = optim.SGD(model.parameters(), 1e-4, momentum: 0.9);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 7, 0.1);
        var best = 0.0;
        for (var epoch = 0; epoch < 20; epoch++)
        {
            model.train();
            var loss = TrainEpoch(model, optimizer, train, device);
            scheduler.step();
            var accuracy = Validate(model, validation, device);
            Console.WriteLine($"all {epoch}: {loss:F4}, {accuracy:P1}");
            if (accuracy > best)
            {
                best = accuracy;
                model.save("ants.bin");
            }
        }
    }

    private static double TrainEpoch(AntsOrBees model, optim.Optimizer optimizer, IReadOnlyList<(Tensor, Tensor)> batches, Device device)
    {
        var criterion = CrossEntropyLoss();
        var sum = 0.0;
        foreach (var (images, labels) in batches)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = criterion.call(model.call(images.to(device)), labels.to(device));
            loss.backward();
            optimizer.step();
            sum += loss.item<float>();
        }

        return sum / batches.Count;
    }

    private static double Validate(AntsOrBees model, IReadOnlyList<(Tensor, Tensor)> batches, Device device)
    {
        model.eval();
        using var _ = no_grad();
        double right = 0, all = 0;
        foreach (var (images, labels) in batches)
        {
            right += model.call(images.to(device)).argmax(1).eq(labels.to(device)).sum().item<long>();
            all += labels.shape[0];
        }

        return right / all;
    }

    private static List<(Tensor, Tensor)> ReadBatches(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.dat", SearchOption.AllDirectories).ToList();
        return files.Chunk(32)
            .Select(chunk => (
                stack(chunk.Select(file => torch.load(file))),
                tensor(chunk.Select(file => file.Contains("bees", StringComparison.Ordinal) ? 1L : 0L).ToArray())))
            .ToList();
    }
}
