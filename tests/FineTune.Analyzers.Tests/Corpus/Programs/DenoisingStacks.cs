using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisingStacks;

/// <summary>Layers that are trained one after the other, each to restore what the one before has seen.</summary>
internal sealed class Layer : Module<Tensor, Tensor>
{
    private readonly Linear encoder;
    private readonly Linear decoder;

    public Layer(long from, long to)
        : base("layer")
    {
        encoder = Linear(from, to);
        decoder = Linear(to, from);
        RegisterComponents();
    }

    public Tensor Encode(Tensor x) => encoder.call(x).tanh();

    public override Tensor forward(Tensor x) => decoder.call(Encode(x));
}

internal sealed class Classifier : Module<Tensor, Tensor>
{
    private readonly ModuleList<Layer> layers;
    private readonly Linear output;

    public Classifier(IEnumerable<Layer> trained, long width, long classes)
        : base("classifier")
    {
        layers = ModuleList(trained.ToArray());
        output = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var layer in layers)
            x = layer.Encode(x);
        return output.call(x);
    }
}

internal static class Program
{
    private static readonly long[] Widths = [20, 14, 8];

    private static void Main()
    {
        manual_seed(18);
        var (x, y) = Clusters(1000);
        var layers = new List<Layer>();
        var seen = x;
        foreach (var (from, to) in Widths.Zip(Widths.Skip(1)))
        {
            var layer = new Layer(from, to);
            Console.WriteLine($"{from} -> {to}: {Restore(layer, seen, epochs: 10):F4}");
            using (no_grad())
                seen = layer.Encode(seen);
            layers.Add(layer);
        }

        var classifier = new Classifier(layers, Widths[^1], 4);
        FineTune(classifier, x, y, epochs: 10);
        Console.WriteLine($"Right: {Accuracy(classifier, x, y):P1}");
    }

    private static double Restore(Layer layer, Tensor x, int epochs)
    {
        var optimizer = optim.Adam(layer.parameters(), 5e-3);
        var last = 0.0;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var losses = new List<double>();
            foreach (var batch in x[randperm(x.shape[0])].split(50))
            {
                using var scope = NewDisposeScope();
                var disturbed = batch + 0.2 * randn_like(batch);
                var loss = functional.mse_loss(layer.call(disturbed), batch);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                losses.Add(loss.item<float>());
            }

            last = losses.Average();
        }

        return last;
    }

    private static void FineTune(Classifier classifier, Tensor x, Tensor y, int epochs)
    {
        var optimizer = optim.SGD(classifier.parameters(), 0.05, momentum: 0.9);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            classifier.train();
            var (sum, right) = (0.0, 0L);
            foreach (var indices in randperm(y.shape[0]).split(50))
            {
                using var scope = NewDisposeScope();
                var labels = y[indices];
                optimizer.zero_grad();
                var logits = classifier.call(x[indices]);
                var loss = functional.cross_entropy(logits, labels);
                sum += loss.item<float>() * labels.shape[0];
                right += logits.argmax(1).eq(labels).sum().item<long>();
                optimizer.step(); // FT3018
            }

            Console.WriteLine($"Epoch {epoch}: {sum / y.shape[0]:F4}, {(double)right / y.shape[0]:P1}");
        }
    }

    private static double Accuracy(Classifier classifier, Tensor x, Tensor y)
    {
        classifier.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return classifier.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().item<float>();
    }

    private static (Tensor X, Tensor Y) Clusters(int count)
    {
        var centers = randn(4, Widths[0]);
        var labels = randint(0, 4, [count], dtype: ScalarType.Int64);
        return (centers[labels] + 0.7 * randn(count, Widths[0]), labels);
    }
}
