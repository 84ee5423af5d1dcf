using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EnsembleUncertainty;

/// <summary>Says a mean and how sure it is.</summary>
public sealed class GaussianNet : Module<Tensor, (Tensor Mean, Tensor Variance)>
{
    private readonly Module<Tensor, Tensor>[] layers;
    private readonly Linear output;

    public GaussianNet(long inputs, params long[] widths)
        : base("gaussian")
    {
        layers = new Module<Tensor, Tensor>[widths.Length];
        for (var i = 0; i < widths.Length; i++)
        {
            layers[i] = Linear(i == 0 ? inputs : widths[i - 1], widths[i]);
            register_module($"layer{i}", layers[i]);
        }

        output = Linear(widths[^1], 2);
        RegisterComponents();
    }

    public override (Tensor Mean, Tensor Variance) forward(Tensor x)
    {
        foreach (var layer in layers)
            x = functional.relu(layer.call(x));
        var answer = output.call(x);
        return (answer.select(1, 0), functional.softplus(answer.select(1, 1)) + 1e-4);
    }
}

/// <summary>Several networks that have started differently. Not a module, and trained one by one.</summary>
public sealed class Ensemble
{
    private readonly List<GaussianNet> members;
    private readonly Dictionary<GaussianNet, optim.Optimizer> optimizers;

    public Ensemble(int count, long inputs)
    {
        members = Enumerable.Range(0, count).Select(_ => new GaussianNet(inputs, 32, 32)).ToList();
        optimizers = members.ToDictionary(member => member, member => (optim.Optimizer)optim.Adam(member.parameters(), 5e-3));
    }

    public IEnumerable<double> Epoch(Tensor x, Tensor y)
    {
        foreach (var (member, optimizer) in optimizers)
        {
            member.train();
            yield return Train(member, optimizer, x, y);
        }
    }

    public (Tensor Mean, Tensor Deviation) Predict(Tensor x)
    {
        members.ForEach(member => member.eval());
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var answers = members.Select(member => member.call(x)).ToList();
        var means = stack(answers.Select(answer => answer.Mean));
        var variances = stack(answers.Select(answer => answer.Variance));
        var mean = means.mean([0]);
        var variance = (variances + means.pow(2)).mean([0]) - mean.pow(2);
        return scope.MoveToOuter(mean, variance.clamp(min: 0).sqrt());
    }

    private static double Train(GaussianNet member, optim.Optimizer optimizer, Tensor x, Tensor y)
    {
        var total = 0.0;
        foreach (var indices in randperm(y.shape[0]).split(32))
        {
            using var scope = NewDisposeScope();
            var (mean, variance) = member.call(x[indices]);
            var loss = 0.5 * (variance.log() + (y[indices] - mean).pow(2) / variance).mean();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            total += loss.item<float>() * indices.shape[0];
        }

        return total / y.shape[0];
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(15);
        var ensemble = new Ensemble(count: 4, inputs: 1);
        var x = cat([rand(200, 1) * 2 - 3, rand(200, 1) * 2 + 1]);
        var y = x.squeeze(1).sin() + 0.1 * randn(400);
        for (var epoch = 1; epoch <= 30; epoch++)
        {
            var losses = ensemble.Epoch(x, y).ToList();
            if (epoch % 10 == 0)
                Console.WriteLine($"{epoch}: {string.Join(" ", losses.Select(loss => loss.ToString("F3")))}");
        }

        // Where nothing was seen, they are to differ.
        foreach (var place in new[] { -2f, 0f, 2f, 6f })
        {
            using var question = tensor(new[] { place }).unsqueeze(1);
            var (mean, deviation) = ensemble.Predict(question);
            using (mean)
            using (deviation)
                Console.WriteLine($"At {place,2}: {mean.item<float>():F2} ± {deviation.item<float>():F2}, right is {MathF.Sin(place):F2}");
        }
    }
}
