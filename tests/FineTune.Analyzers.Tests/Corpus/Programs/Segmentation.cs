using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Segmentation;

internal sealed class DoubleConv : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public DoubleConv(long from, long to)
        : base("double")
    {
        layers = Sequential(
            Conv2d(from, to, 3, 1, 1, bias: false), BatchNorm2d(to), ReLU(true),
            Conv2d(to, to, 3, 1, 1, bias: false), BatchNorm2d(to), ReLU(true));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layers.call(x);
}

internal sealed class UNet : Module<Tensor, Tensor>
{
    private readonly DoubleConv down1 = new(3, 32);
    private readonly DoubleConv down2 = new(32, 64);
    private readonly DoubleConv bottom = new(64, 128);
    private readonly ConvTranspose2d up2 = ConvTranspose2d(128, 64, 2, 2);
    private readonly ConvTranspose2d up1 = ConvTranspose2d(64, 32, 2, 2);
    private readonly DoubleConv merge2 = new(128, 64);
    private readonly DoubleConv merge1 = new(64, 32);
    private readonly Conv2d output = Conv2d(32, 1, 1);
    private readonly MaxPool2d pool = MaxPool2d(2);

    public UNet()
        : base("unet") => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var first = down1.call(x);
        var second = down2.call(pool.call(first));
        var y = bottom.call(pool.call(second));
        y = merge2.call(cat([up2.call(y), second], 1));
        y = merge1.call(cat([up1.call(y), first], 1));
        return output.call(y);
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var model = new UNet();
        var optimizer = optim.Adam(model.parameters(), 1e-4);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 10, 0.5);

        // Too late: the optimizer has the parameters that were on the processor.
        var device = cuda.is_available() ? CUDA : CPU;
        model.to(device);

        var pairs = Directory.EnumerateFiles("images", "*.dat").Order(StringComparer.Ordinal)
            .Select(path => (Image: path, Mask: path.Replace("images", "masks", StringComparison.Ordinal)))
            .ToList();
        var validation = pairs.Take(pairs.Count / 10).ToList();
        var training = pairs.Skip(pairs.Count / 10).ToList();
        for (var epoch = 0; epoch < 30; epoch++)
        {
            model.train();
            var sum = 0.0;
            foreach (var (images, masks) in Batches(training, 8, device))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var logits = model.call(images);
                var loss = functional.binary_cross_entropy_with_logits(logits, masks) + DiceLoss(logits, masks);
                loss.backward();
                optimizer.step(); // FT3003
                sum += loss.ToDouble();
            }

            scheduler.step();
            Console.WriteLine($"{epoch}: {sum:F3}, overlap {Overlap(model, validation, device):P1}");
        }

        model.save(args.Length > 0 ? args[0] : "unet.bin");
    }

    private static Tensor DiceLoss(Tensor logits, Tensor masks)
    {
        var probabilities = logits.sigmoid();
        var shared = (probabilities * masks).sum([1, 2, 3]);
        var total = probabilities.sum([1, 2, 3]) + masks.sum([1, 2, 3]);
        return 1 - ((2 * shared + 1) / (total + 1)).mean();
    }

    private static double Overlap(UNet model, List<(string Image, string Mask)> pairs, Device device)
    {
        model.eval();
        using var _ = no_grad();
        var overlaps = new List<double>();
        foreach (var (images, masks) in Batches(pairs, 8, device))
        {
            using var scope = NewDisposeScope();
            var predicted = model.call(images).gt(0);
            var actual = masks.gt(0.5);
            var union = predicted.logical_or(actual).sum().ToDouble();
            overlaps.Add(union == 0 ? 1 : predicted.logical_and(actual).sum().ToDouble() / union);
        }

        return overlaps.DefaultIfEmpty(0).Average();
    }

    private static IEnumerable<(Tensor Images, Tensor Masks)> Batches(List<(string Image, string Mask)> pairs, int size, Device device)
    {
        foreach (var chunk in pairs.Chunk(size))
            yield return (
                stack(chunk.Select(pair => load(pair.Image))).to(device),
                stack(chunk.Select(pair => load(pair.Mask))).to(device));
    }
}
