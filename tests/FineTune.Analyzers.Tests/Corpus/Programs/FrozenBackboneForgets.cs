using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Flowers;

internal sealed class ConvBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d norm;

    public ConvBlock(long from, long to)
        : base("block")
    {
        conv = Conv2d(from, to, 3, 2, 1, bias: false);
        norm = BatchNorm2d(to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.relu(norm.call(conv.call(x)));
}

internal sealed class Encoder : Module<Tensor, Tensor>
{
    private readonly ConvBlock block1 = new(3, 32);
    private readonly ConvBlock block2 = new(32, 64);
    private readonly ConvBlock block3 = new(64, 128);

    public Encoder()
        : base("encoder") => RegisterComponents();

    public override Tensor forward(Tensor x) => block3.call(block2.call(block1.call(x))).mean([2, 3]);
}

internal sealed class FlowerNet : Module<Tensor, Tensor>
{
    public readonly Encoder encoder = new();
    public readonly Sequential head = Sequential(("fc1", Linear(128, 64)), ("relu", ReLU()), ("fc2", Linear(64, 102)));

    public FlowerNet()
        : base("flowers") => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(encoder.call(x));
}

internal static class Program
{
    private static void Freeze(Module module)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
    }

    private static void Main()
    {
        var device = cuda.is_available() ? CUDA : CPU;
        using var model = new FlowerNet();
        model.encoder.load("encoder.bin");
        model.to(device);
        Freeze(model.encoder);

        using var optimizer = optim.Adam(model.head.parameters(), 1e-3);
        var (images, labels) = (load("flowers-images.dat"), load("flowers-labels.dat"));
        var trainSize = images.shape[0] * 8 / 10;
        for (var epoch = 1; epoch <= 15; epoch++)
        {
            // The author believes that the encoder does not change. Its running means do.
            model.train(); // FT3005
            double loss = 0;
            var steps = 0;
            foreach (var (x, y) in Batches(images.narrow(0, 0, trainSize), labels.narrow(0, 0, trainSize), shuffle: true))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var output = functional.cross_entropy(model.call(x.to(device)), y.to(device), label_smoothing: 0.1);
                output.backward();
                optimizer.step();
                loss += output.ToDouble();
                steps++;
            }

            Console.WriteLine($"Epoch {epoch}: loss {loss / steps:F4}");
            Report(
                model,
                images.narrow(0, trainSize, images.shape[0] - trainSize),
                labels.narrow(0, trainSize, images.shape[0] - trainSize),
                device);
        }

        model.save("flowers.bin");
    }

    private static void Report(FlowerNet model, Tensor images, Tensor labels, Device device)
    {
        model.eval();
        using var _ = no_grad();
        var top1 = 0L;
        var top5 = 0L;
        foreach (var (x, y) in Batches(images, labels, shuffle: false))
        {
            using var scope = NewDisposeScope();
            var (_, best) = model.call(x.to(device)).topk(5, 1);
            var hits = best.eq(y.to(device).unsqueeze(1));
            top1 += hits.narrow(1, 0, 1).sum().ToInt64();
            top5 += hits.sum().ToInt64();
        }

        Console.WriteLine($"  top-1 {(double)top1 / images.shape[0]:P1}, top-5 {(double)top5 / images.shape[0]:P1}");
    }

    private static IEnumerable<(Tensor, Tensor)> Batches(Tensor images, Tensor labels, bool shuffle)
    {
        var order = shuffle ? randperm(images.shape[0]) : arange(images.shape[0], dtype: ScalarType.Int64);
        foreach (var part in order.split(64))
            yield return (images.index_select(0, part), labels.index_select(0, part));
    }
}
