using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace WeightAveraging;

internal sealed class DigitNet : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Sequential classifier;

    public DigitNet()
        : base("digits")
    {
        features = Sequential(
            Conv2d(1, 12, 3, padding: 1, bias: false), BatchNorm2d(12), ReLU(), MaxPool2d(2),
            Conv2d(12, 24, 3, padding: 1, bias: false), BatchNorm2d(24), ReLU(), AdaptiveAvgPool2d(2));
        classifier = Sequential(Flatten(), Dropout(0.2), Linear(96, 10));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => classifier.call(features.call(images));
}

/// <summary>A copy of the weights that follows slowly.</summary>
internal sealed class MovingAverage(Module source, Module copy, double decay)
{
    private int updates;

    public void Start()
    {
        copy.load_state_dict(source.state_dict());
        copy.eval();
        foreach (var parameter in copy.parameters())
            parameter.requires_grad = false;
    }

    public void Update()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var current = Math.Min(decay, (1.0 + ++updates) / (10 + updates));
        foreach (var (mine, theirs) in copy.parameters().Zip(source.parameters()))
            mine.lerp_(theirs, 1 - current);
        foreach (var (mine, theirs) in copy.buffers().Zip(source.buffers()))
            mine.copy_(theirs);
    }
}

/// <summary>The mean of the weights at the ends of the last epochs.</summary>
internal sealed class CheckpointAverage
{
    private readonly Dictionary<string, Tensor> sums = [];
    private int count;

    public void Add(Module module)
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (sums.TryGetValue(name, out var sum))
                sum.add_(parameter);
            else
                sums[name] = parameter.detach().clone();
        }

        count++;
    }

    public void CopyTo(Module module)
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
            parameter.copy_(sums[name] / count);
    }
}

internal static class Program
{
    private static readonly Random Shuffle = new(6);

    private static void Main()
    {
        manual_seed(16);
        var (images, labels) = Digits(1500);
        var (testImages, testLabels) = Digits(400);
        var model = new DigitNet();
        var shadow = new DigitNet();
        var average = new MovingAverage(model, shadow, 0.99);
        average.Start();
        var checkpoints = new CheckpointAverage();
        var optimizer = optim.SGD(model.parameters(), 0.05, momentum: 0.9, nesterov: true);

        for (var epoch = 1; epoch <= 8; epoch++)
        {
            model.train();
            foreach (var chunk in Enumerable.Range(0, 1500).Select(i => (long)i).OrderBy(_ => Shuffle.Next()).Chunk(50))
            {
                using var scope = NewDisposeScope();
                var indices = tensor(chunk);
                optimizer.zero_grad();
                functional.cross_entropy(model.call(images[indices]), labels[indices]).backward();
                optimizer.step();
                average.Update();
            }

            if (epoch > 4)
                checkpoints.Add(model);
            Console.WriteLine($"{epoch}: {Accuracy(model, testImages, testLabels):P1}, EMA {Accuracy(shadow, testImages, testLabels):P1}");
        }

        checkpoints.CopyTo(model);
        EstimateStatistics(model, images);
        Console.WriteLine($"Mean of the checkpoints: {Accuracy(model, testImages, testLabels):P1}");
    }

    /// <summary>The averaged weights have other activations than any of the checkpoints: in training mode, without training.</summary>
    private static void EstimateStatistics(DigitNet model, Tensor images)
    {
        model.train();
        using var guard = no_grad();
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var batch in images.split(100))
            {
                using var output = model.call(batch);
            }
        }
    }

    private static double Accuracy(DigitNet model, Tensor images, Tensor labels)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return model.call(images).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }

    /// <summary>Stripes, as many as the digit says.</summary>
    private static (Tensor Images, Tensor Labels) Digits(int count)
    {
        var labels = randint(0, 10, [count], dtype: ScalarType.Int64);
        var row = arange(12, dtype: ScalarType.Float32).view(1, 12, 1) * 0.5;
        var stripes = (row * (labels.to(ScalarType.Float32).view(-1, 1, 1) * 0.3 + 0.2)).sin().expand(count, 12, 12);
        return ((stripes + 0.3 * randn([count, 12, 12])).unsqueeze(1), labels);
    }
}
