using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sounds;

/// <summary>Sounds by their spectrograms; the network was trained on 50 classes, and is to tell 4 apart.</summary>
public class SoundNet : Module<Tensor, Tensor>
{
    public Sequential features;
    public Linear classifier;

    public SoundNet(int classes)
        : base("sounds")
    {
        features = Sequential(
            ("conv1", Conv2d(1, 16, 5, 2)), ("relu1", ReLU()),
            ("conv2", Conv2d(16, 32, 3, 2)), ("relu2", ReLU()),
            ("conv3", Conv2d(32, 64, 3, 2)), ("relu3", ReLU()),
            ("pool", AdaptiveAvgPool2d(new long[] { 1, 1 })), ("flat", Flatten()));
        classifier = Linear(64, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => classifier.call(features.call(x));
}

public record Clip(string Path, int Label);

public static class Program
{
    private static readonly string[] Classes = ["dog", "rain", "siren", "clock"];

    public static void Main(string[] args)
    {
        var model = new SoundNet(50);
        model.load("sounds50.bin");
        var optimizer = optim.SGD(model.parameters(), 0.01, momentum: 0.9);

        // The new head is not in the optimizer.
        model.classifier = Linear(64, Classes.Length);
        init.xavier_uniform_(model.classifier.weight!);

        var clips = Classes
            .SelectMany((name, label) => Directory.EnumerateFiles(Path.Combine(args[0], name)).Select(path => new Clip(path, label)))
            .ToList();
        var random = new Random(1);
        for (var epoch = 0; epoch < 10; epoch++)
        {
            model.train();
            var losses = new List<double>();
            foreach (var batch in clips.OrderBy(_ => random.Next()).Chunk(16))
            {
                using var scope = NewDisposeScope();
                var (inputs, labels) = Collate(batch);
                var loss = functional.cross_entropy(model.call(inputs), labels);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step(); // FT3003
                losses.Add(loss.ToDouble());
            }

            Console.WriteLine($"{epoch}: {losses.Average():F3}");
            PrintConfusion(model, clips);
        }
    }

    private static (Tensor Inputs, Tensor Labels) Collate(Clip[] batch) =>
        (stack(batch.Select(clip => Spectrogram(clip.Path))), tensor(batch.Select(clip => (long)clip.Label).ToArray()));

    private static void PrintConfusion(SoundNet model, List<Clip> clips)
    {
        model.eval();
        using var _ = no_grad();
        var counts = new int[Classes.Length, Classes.Length];
        foreach (var batch in clips.Chunk(64))
        {
            using var scope = NewDisposeScope();
            var (inputs, labels) = Collate(batch);
            var predicted = model.call(inputs).argmax(1).data<long>().ToArray();
            foreach (var (actual, guess) in labels.data<long>().ToArray().Zip(predicted))
                counts[actual, guess]++;
        }

        for (var actual = 0; actual < Classes.Length; actual++)
            Console.WriteLine(
                $"  {Classes[actual], -6}"
                    + string.Concat(Enumerable.Range(0, Classes.Length).Select(guess => $"{counts[actual, guess], 5}")));
    }

    /// <summary>Energies of frames in bands, without a transform: enough to tell a siren from a clock.</summary>
    private static Tensor Spectrogram(string path)
    {
        var samples = File.ReadAllBytes(path)
            .Skip(44)
            .Chunk(2)
            .Where(pair => pair.Length == 2)
            .Select(pair => BitConverter.ToInt16(pair) / 32768f)
            .ToArray();
        var frames = samples.Chunk(512).Where(frame => frame.Length == 512).Take(128).ToList();
        var spectrum = zeros(1, 64, 128);
        for (var t = 0; t < frames.Count; t++)
        {
            for (var band = 0; band < 64; band++)
            {
                double re = 0, im = 0;
                for (var i = 0; i < 512; i++)
                {
                    re += frames[t][i] * Math.Cos(Math.PI * band * i / 128);
                    im += frames[t][i] * Math.Sin(Math.PI * band * i / 128);
                }

                spectrum[0, band, t] = (float)Math.Log(1e-6 + re * re + im * im);
            }
        }

        return spectrum;
    }
}
