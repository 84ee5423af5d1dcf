using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DcGan;

internal sealed class Generator : Module<Tensor, Tensor>
{
    private readonly Sequential main;

    public Generator(int latent, int features)
        : base("generator")
    {
        main = Sequential(
            ("up1", ConvTranspose2d(latent, features * 4, 4, 1, 0, bias: false)),
            ("bn1", BatchNorm2d(features * 4)),
            ("relu1", ReLU(true)),
            ("up2", ConvTranspose2d(features * 4, features * 2, 4, 2, 1, bias: false)),
            ("bn2", BatchNorm2d(features * 2)),
            ("relu2", ReLU(true)),
            ("up3", ConvTranspose2d(features * 2, features, 4, 2, 1, bias: false)),
            ("bn3", BatchNorm2d(features)),
            ("relu3", ReLU(true)),
            ("up4", ConvTranspose2d(features, 3, 4, 2, 1, bias: false)),
            ("tanh", Tanh()));
        RegisterComponents();
    }

    public override Tensor forward(Tensor noise) => main.call(noise);
}

internal sealed class Discriminator : Module<Tensor, Tensor>
{
    private readonly Sequential main;

    public Discriminator(int features)
        : base("discriminator")
    {
        main = Sequential(
            ("down1", Conv2d(3, features, 4, 2, 1, bias: false)),
            ("leaky1", LeakyReLU(0.2, true)),
            ("down2", Conv2d(features, features * 2, 4, 2, 1, bias: false)),
            ("bn2", BatchNorm2d(features * 2)),
            ("leaky2", LeakyReLU(0.2, true)),
            ("down3", Conv2d(features * 2, features * 4, 4, 2, 1, bias: false)),
            ("bn3", BatchNorm2d(features * 4)),
            ("leaky3", LeakyReLU(0.2, true)),
            ("out", Conv2d(features * 4, 1, 4, 1, 0, bias: false)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => main.call(images).view(-1);
}

internal static class Program
{
    private const int Latent = 100;
    private const int BatchSize = 64;

    private static void Main()
    {
        manual_seed(999);
        var device = cuda.is_available() ? CUDA : CPU;
        var netG = new Generator(Latent, 64).to(device);
        var netD = new Discriminator(64).to(device);
        var criterion = BCEWithLogitsLoss();
        var optimizerD = optim.Adam(netD.parameters(), 2e-4, beta1: 0.5, beta2: 0.999);
        var optimizerG = optim.Adam(netG.parameters(), 2e-4, beta1: 0.5, beta2: 0.999);
        var fixedNoise = randn(64, Latent, 1, 1, device: device);
        var real = Faces("faces.bin");

        for (var epoch = 0; epoch < 25; epoch++)
        {
            var i = 0;
            foreach (var images in real.split(BatchSize))
            {
                using var scope = NewDisposeScope();
                var data = images.to(device);
                var size = data.shape[0];
                var realLabel = ones(size, device: device) * 0.9;
                var fakeLabel = zeros(size, device: device);

                // The discriminator: log(D(x)) + log(1 - D(G(z))).
                optimizerD.zero_grad();
                var errorReal = criterion.call(netD.call(data), realLabel);
                errorReal.backward();
                var fake = netG.call(randn(size, Latent, 1, 1, device: device));
                var errorFake = criterion.call(netD.call(fake.detach()), fakeLabel);
                errorFake.backward();
                optimizerD.step();

                // The generator: log(D(G(z))).
                var errorG = criterion.call(netD.call(fake), realLabel);
                errorG.backward();
                optimizerG.step(); // FT3009

                if (i++ % 50 == 0)
                    Console.WriteLine($"[{epoch}][{i}] D {(errorReal + errorFake).ToSingle():F4}, G {errorG.ToSingle():F4}");
            }

            Sample(netG, fixedNoise, epoch);
        }
    }

    private static void Sample(Generator generator, Tensor noise, int epoch)
    {
        using var _ = no_grad();
        using var images = generator.call(noise).cpu();
        images.save($"sample-{epoch}.dat");
    }

    private static Tensor Faces(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var pixels = bytes.Select(value => value / 127.5f - 1).ToArray();
        return tensor(pixels).reshape(-1, 3, 32, 32);
    }
}
