using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Faces;

/// <summary>Age, and whether somebody smiles, from one trunk.</summary>
public sealed class FaceModel : Module<Tensor, (Tensor Age, Tensor Smile)>
{
    private readonly Sequential trunk;
    private readonly Sequential age;
    private readonly Linear smile;

    public FaceModel()
        : base("faces")
    {
        trunk = Sequential(
            ("conv1", Conv2d(3, 16, 3, 2)), ("relu1", ReLU()), ("bn1", BatchNorm2d(16)),
            ("conv2", Conv2d(16, 32, 3, 2)), ("relu2", ReLU()), ("bn2", BatchNorm2d(32)),
            ("conv3", Conv2d(32, 64, 3, 2)), ("relu3", ReLU()),
            ("avg", AdaptiveAvgPool2d(new long[] { 1, 1 })), ("flat", Flatten()));
        age = Sequential(Linear(64, 32), ReLU(), Linear(32, 1));
        smile = Linear(64, 1);
        RegisterComponents();
    }

    public override (Tensor Age, Tensor Smile) forward(Tensor images)
    {
        var features = trunk.call(images);
        return (age.call(features).squeeze(1), smile.call(features).squeeze(1));
    }
}

public readonly record struct Face(string File, float Age, bool Smiles);

public static class Program
{
    public static void Main(string[] args)
    {
        var faces = File.ReadLines(Path.Combine(args[0], "faces.tsv"))
            .Select(line => line.Split('\t'))
            .Select(cells => new Face(Path.Combine(args[0], cells[0]), float.Parse(cells[1]), cells[2] == "1"))
            .ToArray();
        var cut = faces.Length / 5;
        var (test, train) = (faces[..cut], faces[cut..]);

        var model = new FaceModel();
        var ageLoss = SmoothL1Loss();
        var smileLoss = BCEWithLogitsLoss();
        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var history = new List<(double Age, double Smile)>();
        for (var epoch = 1; epoch <= 12; epoch++)
        {
            Random.Shared.Shuffle(train);
            model.train();
            double ages = 0, smiles = 0;
            foreach (var batch in train.Chunk(32))
            {
                using var scope = NewDisposeScope();
                var (images, targetAge, targetSmile) = Load(batch);
                var (predictedAge, predictedSmile) = model.call(images);
                var first = ageLoss.call(predictedAge, targetAge);
                var second = smileLoss.call(predictedSmile, targetSmile);
                var loss = first + 0.5 * second;
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                ages += first.item<float>() * batch.Length;
                smiles += second.item<float>() * batch.Length;
            }

            history.Add((ages / train.Length, smiles / train.Length));
            var (years, right) = Test(model, test);
            Console.WriteLine(
                $"{epoch}: age {history[^1].Age:F3}, smile {history[^1].Smile:F3}; off by {years * 100:F1} years, {right:P1} of smiles");
        }

        File.WriteAllLines("history.csv", history.Select(entry => FormattableString.Invariant($"{entry.Age},{entry.Smile}")));
        model.save("faces.bin");
    }

    private static (double Years, double Right) Test(FaceModel model, Face[] faces)
    {
        model.eval();
        using var noGradients = no_grad();
        double years = 0, right = 0;
        foreach (var batch in faces.Chunk(64))
        {
            using var scope = NewDisposeScope();
            var (images, age, smile) = Load(batch);
            var (predictedAge, predictedSmile) = model.call(images);
            years += (predictedAge - age).abs().sum().ToDouble();
            right += predictedSmile.gt(0).eq(smile.gt(0.5)).sum().ToInt64();
        }

        return (years / faces.Length, right / faces.Length);
    }

    private static (Tensor Images, Tensor Ages, Tensor Smiles) Load(Face[] batch)
    {
        var pixels = batch.Select(face => tensor(File.ReadAllBytes(face.File).Select(value => value / 255f).ToArray()).reshape(3, 64, 64));
        return (
            stack(pixels),
            tensor(batch.Select(face => face.Age / 100).ToArray()),
            tensor(batch.Select(face => face.Smiles ? 1f : 0f).ToArray()));
    }
}
