using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AnomalyWatch;

public interface IAnomalyTrainer
{
    Task<AnomalyReport> TrainAsync(IProgress<EpochInfo>? progress, CancellationToken cancellationToken);
}

public readonly record struct EpochInfo(int Epoch, double Loss, double Validation);

public sealed record AnomalyReport(double Threshold, int Epochs, bool Cancelled);

public sealed class AnomalyOptions
{
    public int Window { get; init; } = 24;

    public required int Epochs { get; init; }

    public double Rate { get; init; } = 2e-3;

    public double Percentile { get; init; } = 0.99;
}

public sealed class WindowCoder : Module<Tensor, Tensor>
{
    private readonly Sequential encoder;
    private readonly Sequential decoder;

    public WindowCoder(AnomalyOptions options)
        : base("windows")
    {
        encoder = Sequential(Linear(options.Window, 24), BatchNorm1d(24), Tanh(), Linear(24, 4));
        decoder = Sequential(Linear(4, 24), Tanh(), Linear(24, options.Window));
        RegisterComponents();
    }

    public override Tensor forward(Tensor windows) => decoder.call(encoder.call(windows));
}

public sealed class AnomalyTrainer(WindowCoder coder, AnomalyOptions options, Func<int, Tensor> source) : IAnomalyTrainer
{
    private readonly optim.Optimizer optimizer = optim.AdamW(coder.parameters(), options.Rate);
    private readonly Tensor held = source(300);

    public async Task<AnomalyReport> TrainAsync(IProgress<EpochInfo>? progress, CancellationToken cancellationToken)
    {
        var epoch = 0;
        try
        {
            while (epoch < options.Epochs)
            {
                var info = await Task.Run(() => Epoch(++epoch), cancellationToken);
                progress?.Report(info);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            return new(Threshold(), epoch, Cancelled: true);
        }

        return new(Threshold(), epoch, Cancelled: false);
    }

    public float[] Score(Tensor windows)
    {
        coder.eval();
        using (inference_mode())
        using (NewDisposeScope())
            return (coder.call(windows) - windows).pow(2).mean([1]).data<float>().ToArray();
    }

    private EpochInfo Epoch(int number)
    {
        coder.train();
        var losses = Enumerable.Range(0, 25).Select(_ => Step()).ToList();
        return new(number, losses.Average(), Score(held).Average());
    }

    private float Step()
    {
        using var scope = NewDisposeScope();
        var clean = source(64);
        var loss = functional.mse_loss(coder.call(clean + 0.05 * randn_like(clean)), clean);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private double Threshold()
    {
        var scores = Score(held).Order().ToArray();
        return scores[(int)(options.Percentile * (scores.Length - 1))];
    }
}

public static class Program
{
    private static readonly AnomalyOptions Options = new() { Epochs = 12 };

    public static async Task Main()
    {
        manual_seed(63);
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            cancellation.Cancel();
        };
        using var coder = new WindowCoder(Options);
        var trainer = new AnomalyTrainer(coder, Options, Pulses);
        var report = await trainer.TrainAsync(new Progress<EpochInfo>(info => Console.WriteLine(info)), cancellation.Token);
        Console.WriteLine(report);

        using var broken = Pulses(200);
        broken.slice(1, 8, 14, 1).zero_();
        Console.WriteLine($"{Share(trainer.Score(broken), report):P1} of the broken pulses are found.");
        using var whole = Pulses(200);
        Console.WriteLine($"{Share(trainer.Score(whole), report):P1} of the whole ones are suspected.");
    }

    private static double Share(IEnumerable<float> scores, AnomalyReport report) =>
        scores.Average(score => score > report.Threshold ? 1.0 : 0.0);

    private static Tensor Pulses(int count)
    {
        using var scope = NewDisposeScope();
        var time = arange(Options.Window, dtype: ScalarType.Float32).unsqueeze(0);
        var phase = 6 * rand(count, 1);
        return scope.MoveToOuter((0.5 * time + phase).sin() + 0.3 * (time + 2 * phase).cos());
    }
}
