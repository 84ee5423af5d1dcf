using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Adversarial;

internal interface IAttack
{
    Tensor Perturb(Module<Tensor, Tensor> model, Tensor images, Tensor labels);
}

/// <summary>One step along the sign of the gradient.</summary>
internal sealed class FastGradientSign : IAttack
{
    private readonly double epsilon;

    public FastGradientSign(double epsilon) => this.epsilon = epsilon;

    public Tensor Perturb(Module<Tensor, Tensor> model, Tensor images, Tensor labels)
    {
        var x = images.detach().clone();
        x.requires_grad = true;
        using var loss = functional.cross_entropy(model.call(x), labels);
        var gradient = autograd.grad([loss], [x])[0];
        return (images + epsilon * gradient.sign()).clamp(0, 1).detach();
    }
}

/// <summary>Several small steps, each taken back into the ball around the picture.</summary>
internal sealed class ProjectedGradient : IAttack
{
    private readonly double epsilon;
    private readonly int steps;

    public ProjectedGradient(double epsilon, int steps)
    {
        this.epsilon = epsilon;
        this.steps = steps;
    }

    public Tensor Perturb(Module<Tensor, Tensor> model, Tensor images, Tensor labels)
    {
        var x = (images + epsilon * (2 * rand_like(images) - 1)).clamp(0, 1).detach();
        for (var i = 0; i < steps; i++)
        {
            x.requires_grad = true;
            var loss = functional.cross_entropy(model.call(x), labels);
            var gradient = autograd.grad([loss], [x])[0];
            x = (x + 2.5 * epsilon / steps * gradient.sign()).detach();
            x = images + (x - images).clamp(-epsilon, epsilon);
            x = x.clamp(0, 1).detach();
        }

        return x;
    }
}

internal static class Program
{
    private static void Main()
    {
        var images = load("images.dat");
        var labels = load("labels.dat");
        var count = images.shape[0];
        using var model = Sequential(
            ("conv1", Conv2d(1, 32, 3, 1, 1)), ("relu1", ReLU()), ("pool1", MaxPool2d(2)),
            ("conv2", Conv2d(32, 64, 3, 1, 1)), ("relu2", ReLU()), ("pool2", MaxPool2d(2)),
            ("flat", Flatten()), ("fc1", Linear(64 * 49, 128)), ("relu3", ReLU()), ("fc2", Linear(128, 10)));
        var attack = new ProjectedGradient(0.2, 7);
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        for (var epoch = 0; epoch < 10; epoch++)
        {
            var meter = 0.0;
            foreach (var indices in randperm(count).split(128))
            {
                using var scope = NewDisposeScope();
                var x = images.index_select(0, indices);
                var y = labels.index_select(0, indices);

                // The attack looks at the model as it measures, the step as it trains.
                model.eval();
                var adversarial = attack.Perturb(model, x, y);
                model.train();
                optimizer.zero_grad();
                var loss = 0.5 * functional.cross_entropy(model.call(x), y) + 0.5 * functional.cross_entropy(model.call(adversarial), y);
                loss.backward();
                optimizer.step();
                meter += loss.ToDouble() * indices.shape[0] / count;
            }

            Console.WriteLine($"{epoch}: loss {meter:F4}");
            model.eval();
            foreach (IAttack? threat in new IAttack?[] { null, new FastGradientSign(0.2), attack })
                Console.WriteLine(
                    $"  {threat?.GetType().Name ?? "clean"}: "
                        + $"{Accuracy(model, threat, images.narrow(0, 0, 1000), labels.narrow(0, 0, 1000)):P1}");
        }
    }

    private static double Accuracy(Module<Tensor, Tensor> model, IAttack? threat, Tensor images, Tensor labels)
    {
        var right = 0L;
        foreach (var (x, y) in images.split(100).Zip(labels.split(100)))
        {
            using var scope = NewDisposeScope();
            var input = threat?.Perturb(model, x, y) ?? x;
            using (no_grad())
                right += model.call(input).argmax(1).eq(y).sum().ToInt64();
        }

        return (double)right / images.shape[0];
    }
}
