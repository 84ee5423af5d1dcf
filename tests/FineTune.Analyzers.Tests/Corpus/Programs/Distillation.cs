using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distillation;

internal static class Networks
{
    public static Sequential Teacher() => Sequential(
        ("conv1", Conv2d(1, 64, 3, 1, 1)), ("bn1", BatchNorm2d(64)), ("relu1", ReLU()),
        ("conv2", Conv2d(64, 128, 3, 2, 1)), ("bn2", BatchNorm2d(128)), ("relu2", ReLU()),
        ("conv3", Conv2d(128, 256, 3, 2, 1)), ("bn3", BatchNorm2d(256)), ("relu3", ReLU()),
        ("pool", AdaptiveAvgPool2d(new long[] { 1, 1 })), ("flat", Flatten()),
        ("fc", Linear(256, 10)));

    public static Sequential Student() => Sequential(
        ("conv1", Conv2d(1, 8, 5, 2, 2)), ("relu1", ReLU()),
        ("conv2", Conv2d(8, 16, 3, 2, 1)), ("relu2", ReLU()),
        ("flat", Flatten()), ("fc", Linear(16 * 49, 10)));
}

internal sealed class DistillationLoss
{
    private readonly double temperature;
    private readonly double weight;

    public DistillationLoss(double temperature, double weight)
    {
        this.temperature = temperature;
        this.weight = weight;
    }

    public Tensor Of(Tensor student, Tensor teacher, Tensor labels)
    {
        var soft = functional.kl_div(
            functional.log_softmax(student / temperature, 1),
            functional.softmax(teacher / temperature, 1),
            reduction: Reduction.Sum) / student.shape[0];
        var hard = functional.cross_entropy(student, labels);
        return weight * temperature * temperature * soft + (1 - weight) * hard;
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var device = cuda.is_available() ? CUDA : CPU;
        using var teacher = Networks.Teacher();
        teacher.load(args[0]);
        teacher.to(device);
        teacher.eval();
        foreach (var parameter in teacher.parameters())
            parameter.requires_grad = false;

        using var student = Networks.Student().to(device);
        Console.WriteLine($"Teacher {Size(teacher):N0}, student {Size(student):N0} parameters.");

        var images = load("images.dat").to(device);
        var labels = load("labels.dat").to(device);
        var held = images.shape[0] / 10;
        var loss = new DistillationLoss(4, 0.9);
        using var optimizer = optim.AdamW(student.parameters(), 2e-3);
        var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 25);
        for (var epoch = 0; epoch < 25; epoch++)
        {
            student.train();
            var meter = new Meter();
            foreach (var indices in randperm(images.shape[0] - held, device: device).split(128))
            {
                using var scope = NewDisposeScope();
                var x = images.index_select(0, indices + held);
                var y = labels.index_select(0, indices + held);
                Tensor guidance;
                using (no_grad())
                    guidance = teacher.call(x);
                var value = loss.Of(student.call(x), guidance, y);
                optimizer.zero_grad();
                value.backward();
                optimizer.step();
                meter.Add(value.ToDouble(), indices.shape[0]);
            }

            scheduler.step();
            Console.WriteLine(
                $"{epoch}: loss {meter.Mean:F4}, student {Accuracy(student, images.narrow(0, 0, held), labels.narrow(0, 0, held)):P2}");
        }

        Console.WriteLine($"teacher {Accuracy(teacher, images.narrow(0, 0, held), labels.narrow(0, 0, held)):P2}");
        student.save("student.bin");
    }

    private static long Size(Module module) => module.parameters().Sum(parameter => parameter.numel());

    private static double Accuracy(Module<Tensor, Tensor> model, Tensor images, Tensor labels)
    {
        model.eval();
        using var _ = no_grad();
        var right = images.split(512).Zip(labels.split(512)).Sum(batch =>
        {
            using var scope = NewDisposeScope();
            return model.call(batch.First).argmax(1).eq(batch.Second).sum().ToInt64();
        });
        return (double)right / images.shape[0];
    }

    private sealed class Meter
    {
        private double sum;
        private double count;

        public double Mean => sum / count;

        public void Add(double value, long size)
        {
            sum += value * size;
            count += size;
        }
    }
}
