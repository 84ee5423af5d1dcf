using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SketchVariations;

/// <summary>Sketches, each a row of strokes, through a narrow place and back.</summary>
internal sealed class SketchCoder : Module<Tensor, (Tensor Sketch, Tensor Mean, Tensor LogVariance)>
{
    private readonly Sequential encoder;
    private readonly (Linear Mean, Linear LogVariance) posterior; // FT1009
    private readonly Sequential decoder;
    private readonly (long Strokes, long Latent) size;

    public SketchCoder(long strokes, long latent)
        : base("sketches")
    {
        size = (strokes, latent);
        encoder = Sequential(Linear(strokes, 48), ReLU(), Linear(48, 48), ReLU());
        posterior = (Linear(48, latent), Linear(48, latent));
        decoder = Sequential(Linear(latent, 48), ReLU(), Linear(48, strokes));
        RegisterComponents();
    }

    public override (Tensor Sketch, Tensor Mean, Tensor LogVariance) forward(Tensor sketch)
    {
        var features = encoder.call(sketch);
        var mean = posterior.Mean.call(features);
        var logVariance = posterior.LogVariance.call(features);
        var latent = training ? mean + (0.5 * logVariance).exp() * randn_like(mean) : mean;
        return (decoder.call(latent), mean, logVariance);
    }

    public Tensor Draw(int count) => decoder.call(randn(count, size.Latent));
}

internal sealed class WarmUp(int epochs, double most)
{
    public double this[int epoch] => most * Math.Min(1, epoch / (double)epochs);
}

internal static class Program
{
    private const int Strokes = 24;

    private static void Main()
    {
        manual_seed(57);
        var coder = new SketchCoder(Strokes, 3);
        var optimizer = optim.Adam(coder.parameters(), 2e-3);
        var weight = new WarmUp(5, 0.02);
        var (sketches, held) = (Sketches(1200), Sketches(200));
        for (var epoch = 0; epoch < 12; epoch++)
        {
            coder.train();
            var sums = (Error: 0.0, Divergence: 0.0);
            foreach (var indices in randperm(sketches.shape[0]).split(60))
            {
                using var scope = NewDisposeScope();
                var batch = sketches[indices];
                var (restored, mean, logVariance) = coder.call(batch);
                var error = functional.mse_loss(restored, batch);
                var divergence = -0.5 * (1 + logVariance - mean.pow(2) - logVariance.exp()).sum(1).mean();
                var loss = error + weight[epoch] * divergence;
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                sums = (sums.Error + error.item<float>(), sums.Divergence + divergence.item<float>());
            }

            if (epoch % 3 == 2)
                Console.WriteLine($"{epoch + 1}: {sums.Error / 20:F4} + {sums.Divergence / 20:F3}, held out {Error(coder, held):F4}");
        }

        coder.eval();
        using (no_grad())
        using (var drawn = coder.Draw(3))
        {
            foreach (var row in drawn.unbind(0))
                Console.WriteLine(Show(row.data<float>().ToArray()));
        }
    }

    private static double Error(SketchCoder coder, Tensor sketches)
    {
        coder.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return functional.mse_loss(coder.call(sketches).Sketch, sketches).item<float>();
    }

    private static string Show(float[] strokes) =>
        string.Concat(strokes.Select(stroke => " .:-=+*#"[(int)Math.Clamp(3.5f + 2.5f * stroke, 0, 7)]));

    private static Tensor Sketches(int count)
    {
        using var scope = NewDisposeScope();
        var place = linspace(0, 1, Strokes).unsqueeze(0);
        var (height, turns, phase) = (0.5 + rand(count, 1), 1 + 2 * rand(count, 1), 6 * rand(count, 1));
        return scope.MoveToOuter(height * (2 * Math.PI * turns * place + phase).sin() + 0.05 * randn(count, Strokes));
    }
}
