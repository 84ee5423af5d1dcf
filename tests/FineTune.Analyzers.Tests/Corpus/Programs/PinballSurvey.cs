using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PinballSurvey;

/// <summary>Not one delivery time but its quantiles.</summary>
public sealed class QuantileNet : Module<Tensor, Tensor>
{
    private readonly Sequential body;
    private readonly Linear median;
    private readonly Linear spread;

    public QuantileNet(long features, long width)
        : base("quantiles")
    {
        body = Sequential(Linear(features, width), SELU(), Linear(width, width), SELU(), AlphaDropout(0.05));
        median = Linear(width, 1);
        spread = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var features = body.call(x);
        var middle = median.call(features);
        var width = functional.softplus(spread.call(features));
        return cat([middle - width.slice(1, 0, 1, 1), middle, middle + width.slice(1, 1, 2, 1)], 1);
    }
}

public sealed class QuantileTrainer
{
    private static readonly float[] Quantiles = [0.1f, 0.5f, 0.9f];

    private readonly QuantileNet net;
    private readonly optim.Optimizer optimizer;
    private readonly Tensor quantiles = tensor(Quantiles);

    public QuantileTrainer(QuantileNet net, double rate)
    {
        this.net = net;
        optimizer = optim.Adam(net.parameters(), rate, amsgrad: true);
    }

    public (double Loss, double Width) Epoch(Tensor x, Tensor y, int batchSize)
    {
        net.train();
        (Tensor Loss, double Width, int Batches) totals = (zeros(1), 0, 0);
        foreach (var indices in randperm(y.shape[0]).split(batchSize))
        {
            var predicted = net.call(x[indices]);
            var loss = Pinball(predicted, y[indices]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            var width = (predicted.select(1, 2) - predicted.select(1, 0)).mean().item<float>();
            totals = (totals.Loss + loss, totals.Width + width, totals.Batches + 1); // FT3012
        }

        return (totals.Loss.item<float>() / totals.Batches, totals.Width / totals.Batches);
    }

    public double Covered(Tensor x, Tensor y)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var predicted = net.call(x);
        var inside = y.ge(predicted.select(1, 0)).logical_and(y.le(predicted.select(1, 2)));
        return inside.to(ScalarType.Float32).mean().item<float>();
    }

    private Tensor Pinball(Tensor predicted, Tensor actual)
    {
        var error = actual.unsqueeze(1) - predicted;
        return maximum(quantiles * error, (quantiles - 1) * error).sum(1).mean();
    }
}

public static class Program
{
    private const int Features = 4;

    public static void Main(string[] args)
    {
        manual_seed(64);
        var epochs = args.Length > 0 ? int.Parse(args[0]) : 10;
        var (x, y) = Deliveries(1200);
        var (testX, testY) = Deliveries(400);
        var trainer = new QuantileTrainer(new QuantileNet(Features, 32), 3e-3);
        foreach (var epoch in Enumerable.Range(1, epochs))
        {
            var (loss, width) = trainer.Epoch(x, y, 40);
            Console.WriteLine($"{epoch,2}: loss {loss:F4}, width {width:F2}, covered {trainer.Covered(testX, testY):P1} of 80 %");
        }
    }

    /// <summary>The farther, the less is sure.</summary>
    private static (Tensor X, Tensor Y) Deliveries(int count)
    {
        using var scope = NewDisposeScope();
        var x = rand(count, Features);
        var distance = x.select(1, 0) * 3;
        var traffic = x.select(1, 1);
        var time = distance * (1 + traffic) + 0.5 * x.select(1, 2) + 0.4 * distance * randn(count);
        return scope.MoveToOuter(x, time);
    }
}
