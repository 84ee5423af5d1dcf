using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreetSigns;

public sealed class Separable : Module<Tensor, Tensor>
{
    private readonly Conv2d depth;
    private readonly Conv2d point;
    private readonly BatchNorm2d norm;

    public Separable(long from, long to, long stride)
        : base("separable")
    {
        depth = Conv2d(from, from, 3, stride, 1, groups: from, bias: false);
        point = Conv2d(from, to, 1, bias: false);
        norm = BatchNorm2d(to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.relu6(norm.call(point.call(depth.call(x))));
}

public sealed class SignNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public SignNet(long signs)
        : base("signs")
    {
        layers = Sequential(
            new Separable(3, 12, 1),
            new Separable(12, 24, 2),
            new Separable(24, 32, 2),
            AdaptiveAvgPool2d(2),
            Flatten(),
            Linear(128, signs));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => layers.call(images);
}

public static class Program
{
    private const int Signs = 4;
    private const int Epochs = 5;
    private const int BatchSize = 24;

    public static void Main()
    {
        manual_seed(5000);
        var (images, labels) = Photograph(480);
        var (testImages, testLabels) = Photograph(120);
        var net = new SignNet(Signs);
        var optimizer = optim.SGD(net.parameters(), 0.02, momentum: 0.9, weight_decay: 1e-4, nesterov: true);
        var steps = Epochs * (int)(labels.shape[0] / BatchSize);
        var cycle = optim.lr_scheduler.OneCycleLR(optimizer, max_lr: 0.1, total_steps: steps); // FT3017
        var best = 0.0;
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            net.train();
            var (loss, step) = (0f, 0);
            foreach (var indices in randperm(labels.shape[0]).split(BatchSize))
            {
                loss += TrainStep(net, optimizer, Augment(images[indices]), labels[indices]);
                step++;
            }

            var accuracy = Accuracy(net, testImages, testLabels);
            best = Math.Max(best, accuracy);
            var rates = optimizer.ParamGroups.Select(group => group.LearningRate.ToString("F4"));
            Console.WriteLine($"{epoch}: {loss / step:F4}, {accuracy:P1} at {string.Join(", ", rates)}");
        }

        Console.WriteLine($"Best of {steps} steps: {best:P1}");
    }

    private static float TrainStep(SignNet net, optim.Optimizer optimizer, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = functional.cross_entropy(net.call(images), labels, label_smoothing: 0.1);
        loss.backward();
        nn.utils.clip_grad_norm_(net.parameters(), 2);
        optimizer.step();
        return loss.item<float>();
    }

    private static Tensor Augment(Tensor images)
    {
        using var scope = NewDisposeScope();
        var shifted = images.roll([Random.Shared.Next(-2, 3), Random.Shared.Next(-2, 3)], [2, 3]);
        return (shifted * (0.8 + 0.4 * rand(1))).MoveToOuterDisposeScope();
    }

    private static double Accuracy(SignNet net, Tensor images, Tensor labels)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return net.call(images).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }

    /// <summary>Discs and squares, red or blue.</summary>
    private static (Tensor Images, Tensor Labels) Photograph(int count)
    {
        using var scope = NewDisposeScope();
        var axis = linspace(-1, 1, 16);
        var (rows, columns) = (axis.unsqueeze(1).expand(16, 16), axis.unsqueeze(0).expand(16, 16));
        var disc = (rows.pow(2) + columns.pow(2)).lt(0.6).to(ScalarType.Float32);
        var square = maximum(rows.abs(), columns.abs()).lt(0.7).to(ScalarType.Float32);
        var labels = randint(0, Signs, [count], dtype: ScalarType.Int64);
        var images = stack(labels.data<long>().ToArray().Select(label =>
        {
            var shape = label < 2 ? disc : square;
            var image = 0.6 * rand(3, 16, 16);
            image[label % 2 == 0 ? 0 : 2].add_(shape);
            return image;
        }));
        return scope.MoveToOuter(images, labels);
    }
}
