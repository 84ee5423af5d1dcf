using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Denoising;

public class Autoencoder : Module<Tensor, Tensor>
{
    private readonly Sequential encoder;
    private readonly Sequential decoder;

    public Autoencoder(int code)
        : base("autoencoder")
    {
        encoder = Sequential(
            ("conv1", Conv2d(1, 16, 3, 2, 1)),
            ("relu1", ReLU()),
            ("conv2", Conv2d(16, 32, 3, 2, 1)),
            ("relu2", ReLU()),
            ("flat", Flatten()),
            ("code", Linear(32 * 7 * 7, code)));
        decoder = Sequential(
            ("fc", Linear(code, 32 * 7 * 7)),
            ("relu1", ReLU()),
            ("unflat", Unflatten(1, new long[] { 32, 7, 7 })),
            ("up1", ConvTranspose2d(32, 16, 4, 2, 1)),
            ("relu2", ReLU()),
            ("up2", ConvTranspose2d(16, 1, 4, 2, 1)),
            ("sigmoid", Sigmoid()));
        RegisterComponents();
    }

    public Tensor Encode(Tensor images) => encoder.call(images);

    public override Tensor forward(Tensor images) => decoder.call(encoder.call(images));
}

public static class Program
{
    private const int Epochs = 12;
    private const float Noise = 0.3f;

    public static int Main(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine("usage: denoise <images.bin>");
            return 1;
        }

        var images = ReadImages(args[0]);
        var validation = images.narrow(0, 0, 1000);
        var training = images.narrow(0, 1000, images.shape[0] - 1000);
        var model = new Autoencoder(64);
        var criterion = MSELoss();
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var mean = TrainEpoch(model, criterion, optimizer, training);
            Console.WriteLine($"Epoch {epoch}: train {mean:F5}, validation {Evaluate(model, criterion, validation):F5}");
        }

        SaveCodes(model, validation, Path.ChangeExtension(args[0], ".codes"));
        return 0;
    }

    private static float TrainEpoch(Autoencoder model, Module<Tensor, Tensor, Tensor> criterion, optim.Optimizer optimizer, Tensor images)
    {
        model.train();
        var runningLoss = zeros(1);
        var batches = 0;
        foreach (var clean in Shuffled(images, 128)) // FT3020
        {
            var noisy = (clean + Noise * randn_like(clean)).clamp(0, 1);
            optimizer.zero_grad();
            var loss = criterion.call(model.call(noisy), clean);
            loss.backward();
            optimizer.step();

            // Every graph of the epoch hangs on this sum.
            runningLoss += loss; // FT3012
            batches++;
        }

        return runningLoss.item<float>() / batches;
    }

    private static double Evaluate(Autoencoder model, Module<Tensor, Tensor, Tensor> criterion, Tensor images)
    {
        model.eval();
        using (no_grad())
        {
            var sum = zeros(1);
            foreach (var clean in images.split(256))
            {
                var noisy = (clean + Noise * randn_like(clean)).clamp(0, 1);
                sum += criterion.call(model.call(noisy), clean) * clean.shape[0];
            }

            return sum.ToDouble() / images.shape[0];
        }
    }

    private static void SaveCodes(Autoencoder model, Tensor images, string path)
    {
        using var _ = no_grad();
        using var writer = new StreamWriter(path);
        foreach (var image in images.split(1))
            writer.WriteLine(string.Join(' ', model.Encode(image).flatten().data<float>().Select(value => value.ToString("F3"))));
    }

    private static IEnumerable<Tensor> Shuffled(Tensor images, int size)
    {
        foreach (var indices in randperm(images.shape[0]).split(size))
            yield return images.index_select(0, indices);
    }

    private static Tensor ReadImages(string path) =>
        tensor(File.ReadAllBytes(path).Select(value => value / 255f).ToArray()).reshape(-1, 1, 28, 28);
}
