using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StagedFineTuning;

public sealed class LeafNet : Module<Tensor, Tensor>
{
    public readonly Sequential Features;
    public readonly Sequential Classifier;

    public LeafNet(long species)
        : base("leaves")
    {
        Features = Sequential(
            ("conv1", Conv2d(3, 12, 3, padding: 1)),
            ("relu1", ReLU()),
            ("pool1", MaxPool2d(2)),
            ("conv2", Conv2d(12, 24, 3, padding: 1)),
            ("relu2", ReLU()),
            ("pool2", AdaptiveAvgPool2d(2)));
        Classifier = Sequential(("flat", Flatten()), ("fc", Linear(96, 48)), ("relu", ReLU()), ("out", Linear(48, species)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => Classifier.call(Features.call(images));
}

public sealed class StageOptions
{
    public required int HeadEpochs { get; init; }

    public required int AllEpochs { get; init; }

    public double Rate { get; init; } = 1e-3;

    public int BatchSize { get; init; } = 16;
}

public sealed class StagedTrainer
{
    private readonly LeafNet model;
    private readonly StageOptions options;
    private readonly Adam optimizer;
    private readonly List<double> losses = [];

    public StagedTrainer(LeafNet model, StageOptions options)
    {
        this.model = model;
        this.options = options;
        SetTrainable(model.Features, false);
        var trainable = model.parameters().Where(parameter => parameter.requires_grad).ToList();
        optimizer = optim.Adam(trainable, options.Rate, weight_decay: 1e-5);
    }

    public IReadOnlyList<double> Losses => losses;

    public void Fit(Tensor images, Tensor labels)
    {
        Console.WriteLine($"{Count(model)} parameters train at first.");
        for (var epoch = 0; epoch < options.HeadEpochs; epoch++)
            TrainEpoch(images, labels);

        SetTrainable(model.Features, true);
        Console.WriteLine($"{Count(model)} parameters train from now on.");
        for (var epoch = 0; epoch < options.AllEpochs; epoch++)
            TrainEpoch(images, labels); // FT3001
    }

    private void TrainEpoch(Tensor images, Tensor labels)
    {
        model.train();
        var sum = 0.0;
        var count = 0;
        foreach (var indices in randperm(labels.shape[0]).split(options.BatchSize))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var output = model.call(images.index_select(0, indices));
            var loss = functional.cross_entropy(output, labels.index_select(0, indices), label_smoothing: 0.05);
            loss.backward();
            optimizer.step();
            sum += loss.ToDouble();
            count++;
        }

        losses.Add(sum / count);
        Console.WriteLine($"  {losses.Count,2}: {losses[^1]:F4}");
    }

    private static void SetTrainable(Module part, bool trainable)
    {
        foreach (var (_, parameter) in part.named_parameters())
            parameter.requires_grad = trainable;
    }

    private static long Count(Module module) =>
        module.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
}

public static class Program
{
    private const int Species = 5;

    public static void Main(string[] args)
    {
        manual_seed(21);
        using var model = new LeafNet(Species);
        if (args.Length > 0)
            model.load(args[0]);

        var (images, labels) = Leaves(320);
        var trainer = new StagedTrainer(model, new StageOptions { HeadEpochs = 3, AllEpochs = 5 });
        trainer.Fit(images, labels);
        Console.WriteLine($"{trainer.Losses[0]:F3} -> {trainer.Losses[^1]:F3}, {Accuracy(model, images, labels):P1}");
    }

    private static double Accuracy(LeafNet model, Tensor images, Tensor labels)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return model.call(images).argmax(1).eq(labels).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>Each kind of leaf has a green of its own.</summary>
    private static (Tensor Images, Tensor Labels) Leaves(int count)
    {
        var labels = randint(0, Species, [count], dtype: ScalarType.Int64);
        var images = rand([count, 3, 24, 24]) * 0.8;
        images.select(1, 1).add_(labels.to(ScalarType.Float32).view(-1, 1, 1) / Species);
        return (images, labels);
    }
}
