using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StyleTransfer;

/// <summary>The convolutions of a network that was trained elsewhere; their answers are content and style.</summary>
internal sealed class Features : Module<Tensor, IReadOnlyList<Tensor>>
{
    private readonly ModuleList<Sequential> stages;

    public Features()
        : base("features")
    {
        stages = ModuleList(
            Sequential(Conv2d(3, 64, 3, 1, 1), ReLU(), Conv2d(64, 64, 3, 1, 1), ReLU()),
            Sequential(AvgPool2d(2), Conv2d(64, 128, 3, 1, 1), ReLU(), Conv2d(128, 128, 3, 1, 1), ReLU()),
            Sequential(AvgPool2d(2), Conv2d(128, 256, 3, 1, 1), ReLU(), Conv2d(256, 256, 3, 1, 1), ReLU()));
        RegisterComponents();
    }

    public override IReadOnlyList<Tensor> forward(Tensor image)
    {
        var answers = new List<Tensor>();
        var x = image;
        foreach (var stage in stages)
        {
            x = stage.call(x);
            answers.Add(x);
        }

        return answers;
    }
}

internal sealed class Objective
{
    private readonly Features features;
    private readonly Tensor content;
    private readonly List<Tensor> styles;
    private readonly double styleWeight;

    public Objective(Features features, Tensor contentImage, Tensor styleImage, double styleWeight)
    {
        this.features = features;
        this.styleWeight = styleWeight;
        using var _ = no_grad();
        content = features.call(contentImage)[^1];
        styles = features.call(styleImage).Select(Gram).ToList();
    }

    public (Tensor Content, Tensor Style) Of(Tensor image)
    {
        var answers = features.call(image);
        var contentLoss = functional.mse_loss(answers[^1], content);
        var styleLoss = zeros(1);
        for (var i = 0; i < styles.Count; i++)
            styleLoss = styleLoss + functional.mse_loss(Gram(answers[i]), styles[i]);
        return (contentLoss, styleWeight * styleLoss);
    }

    private static Tensor Gram(Tensor answers)
    {
        var flat = answers.flatten(2);
        return flat.matmul(flat.transpose(1, 2)) / (answers.shape[1] * answers.shape[2] * answers.shape[3]);
    }
}

internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length < 3)
        {
            Console.Error.WriteLine("usage: style <weights> <content> <style>");
            return 1;
        }

        using var features = new Features();
        features.load(args[0]);
        features.eval();
        foreach (var parameter in features.parameters())
            parameter.requires_grad = false;

        var contentImage = ReadImage(args[1]);
        var objective = new Objective(features, contentImage, ReadImage(args[2]), 1e5);

        // The picture is what trains.
        var picture = Parameter(contentImage.clone());
        var optimizer = optim.Adam([picture], 0.02);
        for (var step = 1; step <= 500; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var (content, style) = objective.Of(picture);
            var loss = content + style;
            loss.backward();
            optimizer.step();
            using (no_grad())
                picture.clamp_(0, 1);
            if (step % 50 == 0)
                Console.WriteLine($"{step}: content {content.ToSingle():F4}, style {style.ToSingle():F4}");
        }

        WriteImage(picture.detach(), Path.ChangeExtension(args[1], ".styled.ppm"));
        return 0;
    }

    private static Tensor ReadImage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return tensor(bytes.TakeLast(3 * 256 * 256).Select(value => value / 255f).ToArray())
            .reshape(1, 256, 256, 3)
            .permute(0, 3, 1, 2)
            .contiguous();
    }

    private static void WriteImage(Tensor image, string path)
    {
        using var file = File.Create(path);
        file.Write("P6\n256 256\n255\n"u8);
        file.Write((image[0].permute(1, 2, 0) * 255).to(ScalarType.Byte).contiguous().data<byte>().ToArray());
    }
}
