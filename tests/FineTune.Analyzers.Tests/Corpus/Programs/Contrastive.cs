using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Contrastive;

/// <summary>Two views of a picture are close, views of others are not; then a linear probe tells what was learned.</summary>
internal sealed class Encoder : Module<Tensor, Tensor>
{
    private readonly Sequential body;

    public Encoder(long width)
        : base("encoder")
    {
        body = Sequential(
            ("conv1", Conv2d(3, 32, 3, 2, 1, bias: false)), ("bn1", BatchNorm2d(32)), ("relu1", ReLU()),
            ("conv2", Conv2d(32, 64, 3, 2, 1, bias: false)), ("bn2", BatchNorm2d(64)), ("relu2", ReLU()),
            ("conv3", Conv2d(64, width, 3, 2, 1, bias: false)), ("bn3", BatchNorm2d(width)), ("relu3", ReLU()),
            ("avg", AdaptiveAvgPool2d(new long[] { 1, 1 })), ("flat", Flatten()));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => body.call(x);
}

internal sealed class SimClr : Module<Tensor, Tensor>
{
    private readonly Encoder encoder;
    private readonly Sequential projector;

    public SimClr(Encoder encoder, long width)
        : base("simclr")
    {
        this.encoder = encoder;
        projector = Sequential(Linear(width, width), ReLU(), Linear(width, 64));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var projected = projector.call(encoder.call(x));
        return projected / projected.norm(1, keepdim: true).clamp(min: 1e-8);
    }
}

internal static class Program
{
    private const long Width = 128;

    private static void Main()
    {
        var device = cuda.is_available() ? CUDA : CPU;
        var unlabeled = load("unlabeled.dat");
        var encoder = new Encoder(Width);
        Pretrain(encoder, unlabeled, device);
        encoder.save("encoder.bin");
        Console.WriteLine($"Linear probe: {Probe(encoder, load("images.dat"), load("labels.dat"), device):P1}");
    }

    private static void Pretrain(Encoder encoder, Tensor images, Device device)
    {
        var model = new SimClr(encoder, Width).to(device);
        var optimizer = optim.SGD(model.parameters(), 0.3, momentum: 0.9, weight_decay: 1e-4);
        var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 100);
        model.train();
        for (var epoch = 0; epoch < 100; epoch++)
        {
            double sum = 0;
            var count = 0;
            foreach (var indices in randperm(images.shape[0]).split(256))
            {
                using var scope = NewDisposeScope();
                var batch = images.index_select(0, indices).to(device);
                var loss = NtXent(model.call(Augment(batch)), model.call(Augment(batch)), 0.5);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                sum += loss.ToDouble();
                count++;
            }

            scheduler.step();
            Console.WriteLine($"{epoch}: {sum / count:F4}");
        }
    }

    private static double Probe(Encoder encoder, Tensor images, Tensor labels, Device device)
    {
        encoder.eval();
        Tensor features;
        using (no_grad())
            features = cat(images.split(512).Select(batch => encoder.call(batch.to(device))).ToArray());
        var targets = labels.to(device);
        var probe = Linear(Width, 10).to(device);
        var optimizer = optim.Adam(probe.parameters(), 1e-2);
        for (var step = 0; step < 500; step++)
        {
            optimizer.zero_grad();
            using var loss = functional.cross_entropy(probe.call(features), targets);
            loss.backward();
            optimizer.step();
        }

        using var _ = no_grad();
        return probe.call(features).argmax(1).eq(targets).to(ScalarType.Float32).mean().ToDouble();
    }

    private static Tensor NtXent(Tensor first, Tensor second, double temperature)
    {
        var n = first.shape[0];
        var z = cat([first, second]);
        var similarity = z.matmul(z.transpose(0, 1)) / temperature;
        similarity = similarity.masked_fill(eye(2 * n, dtype: ScalarType.Bool, device: z.device), float.NegativeInfinity);
        var targets = cat([
            arange(n, 2 * n, dtype: ScalarType.Int64, device: z.device),
            arange(0, n, dtype: ScalarType.Int64, device: z.device),
        ]);
        return functional.cross_entropy(similarity, targets);
    }

    private static Tensor Augment(Tensor images)
    {
        var flipped = rand(1).ToSingle() < 0.5 ? images.flip(3) : images;
        var brightness = 0.8 + 0.4 * rand(images.shape[0], 1, 1, 1, device: images.device);
        var shifted = flipped.roll(randint(-4, 5, 1).item<long>(), 3);
        return shifted * brightness + 0.05 * randn_like(shifted);
    }
}
