using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForecastService;

public interface IMetricStore
{
    Task WriteAsync(string name, int step, double value);
}

public sealed class ConsoleMetricStore : IMetricStore
{
    public Task WriteAsync(string name, int step, double value) => Console.Out.WriteLineAsync($"{name}[{step}] = {value:F5}");
}

public sealed class DemandModel : Module<Tensor, Tensor>
{
    private readonly GRU recurrent;
    private readonly Linear output;

    public DemandModel(long hidden)
        : base("demand")
    {
        recurrent = GRU(1, hidden, batchFirst: true);
        output = Linear(hidden, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor window)
    {
        var (states, _) = recurrent.call(window);
        return output.call(states.select(1, states.shape[1] - 1)).squeeze(1);
    }
}

public sealed class DemandHistory
{
    private const int Window = 24;
    private readonly float[] values;

    public DemandHistory(int hours)
    {
        var random = new Random(55);
        values = Enumerable.Range(0, hours)
            .Select(hour => (float)(Math.Sin(hour * Math.PI / 12) + 0.3 * Math.Sin(hour * Math.PI / 84) + 0.1 * random.NextDouble()))
            .ToArray();
    }

    public async IAsyncEnumerable<(float[][] Windows, float[] Targets)> ReadAsync(int batchSize)
    {
        foreach (var starts in Enumerable.Range(0, values.Length - Window).Chunk(batchSize))
        {
            // As if it came from somewhere else.
            await Task.Yield();
            yield return (
                starts.Select(start => values[start..(start + Window)]).ToArray(),
                starts.Select(start => values[start + Window]).ToArray());
        }
    }
}

public sealed class ForecastTrainer(DemandModel model, DemandHistory history, IMetricStore metrics)
{
    private readonly optim.Optimizer optimizer = optim.Adam(model.parameters(), 3e-3);

    public async Task TrainAsync(int epochs)
    {
        var step = 0;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            model.train();
            var sum = 0.0;
            var batches = 0;
            await foreach (var (windows, targets) in history.ReadAsync(64))
            {
                using var scope = NewDisposeScope();
                var x = tensor(windows.SelectMany(window => window).ToArray()).view(windows.Length, -1, 1);
                var y = tensor(targets);
                var loss = functional.mse_loss(model.call(x), y);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                sum += loss.item<float>();
                batches++;
                if (++step % 20 == 0)
                    await metrics.WriteAsync("batch", step, loss.item<float>()); // FT3008
            }

            await metrics.WriteAsync("epoch", epoch, sum / batches);
        }
    }

    public async Task<double> EvaluateAsync()
    {
        model.eval();
        var errors = new List<double>();
        await foreach (var (windows, targets) in history.ReadAsync(256))
            errors.Add(MeanError(windows, targets));
        return errors.Average();
    }

    private double MeanError(float[][] windows, float[] targets)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var x = tensor(windows.SelectMany(window => window).ToArray()).view(windows.Length, -1, 1);
        return (model.call(x) - tensor(targets)).abs().mean().item<float>();
    }
}

public static class Program
{
    public static async Task Main()
    {
        manual_seed(8);
        var trainer = new ForecastTrainer(new DemandModel(24), new DemandHistory(2000), new ConsoleMetricStore());
        await trainer.TrainAsync(epochs: 4);
        Console.WriteLine($"Mean absolute error: {await trainer.EvaluateAsync():F4}");
    }
}
