using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace NoisePrediction;

/// <summary>How much of the picture is left after so many steps of noise.</summary>
internal sealed class NoiseSchedule
{
    public NoiseSchedule(int steps)
    {
        Steps = steps;
        Betas = linspace(1e-4, 0.05, steps);
        Alphas = 1 - Betas;
        Products = cumprod(Alphas, 0);
    }

    public int Steps { get; }

    public Tensor Betas { get; }

    public Tensor Alphas { get; }

    public Tensor Products { get; }

    public Tensor Disturb(Tensor clean, Tensor times, Tensor noise)
    {
        var product = Products[times].unsqueeze(1);
        return product.sqrt() * clean + (1 - product).sqrt() * noise;
    }
}

internal sealed class Denoiser : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding times;
    private readonly Linear input;
    private readonly ModuleList<Linear> hidden;
    private readonly Linear output;

    public Denoiser(int steps, long width)
        : base("denoiser")
    {
        times = Embedding(steps, width);
        input = Linear(2, width);
        hidden = ModuleList(Linear(width, width), Linear(width, width), Linear(width, width));
        output = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor time)
    {
        var y = input.call(x) + times.call(time);
        foreach (var layer in hidden)
            y = y + functional.silu(layer.call(y));
        return output.call(y);
    }
}

internal sealed class DiffusionTrainer
{
    private readonly Denoiser model;
    private readonly Denoiser average;
    private readonly NoiseSchedule schedule;
    private readonly optim.Optimizer optimizer;
    private Tensor? runningLoss;
    private int iterations;

    public DiffusionTrainer(NoiseSchedule schedule, long width)
    {
        this.schedule = schedule;
        model = new Denoiser(schedule.Steps, width);
        average = new Denoiser(schedule.Steps, width);
        average.load_state_dict(model.state_dict());
        foreach (var parameter in average.parameters())
            parameter.requires_grad = false;
        optimizer = optim.AdamW(model.parameters(), 1e-3);
    }

    public void Train(Func<int, Tensor> source, int count)
    {
        model.train();
        for (var i = 0; i < count; i++)
        {
            var clean = source(128);
            var times = randint(0, schedule.Steps, [128], dtype: ScalarType.Int64);
            var noise = randn_like(clean);
            var loss = functional.mse_loss(model.call(schedule.Disturb(clean, times, noise), times), noise);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            Follow();

            runningLoss = runningLoss is null ? loss : runningLoss + loss; // FT3012
            if (++iterations % 250 == 0)
                Report();
        }
    }

    public Tensor Sample(int count)
    {
        average.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var x = randn(count, 2);
        for (var t = schedule.Steps - 1; t >= 0; t--)
        {
            var predicted = average.call(x, full([count], t, dtype: ScalarType.Int64));
            var (beta, alpha) = (schedule.Betas[t], schedule.Alphas[t]);
            x = (x - beta / (1 - schedule.Products[t]).sqrt() * predicted) / alpha.sqrt();
            if (t > 0)
                x += beta.sqrt() * randn_like(x);
        }

        return scope.MoveToOuter(x);
    }

    private void Report()
    {
        Console.WriteLine($"{iterations}: {runningLoss!.item<float>() / 250:F4}");
        runningLoss = null;
    }

    private void Follow()
    {
        using var _ = no_grad();
        foreach (var (slow, fast) in average.parameters().Zip(model.parameters()))
            slow.mul_(0.995).add_(fast, alpha: 0.005);
    }
}

internal static class Program
{
    private static void Main()
    {
        manual_seed(60);
        var trainer = new DiffusionTrainer(new NoiseSchedule(80), 64);
        trainer.Train(Ring, 1500);
        using var samples = trainer.Sample(500);
        var radii = samples.norm(1).data<float>().ToArray();
        Console.WriteLine($"Radius {radii.Average():F3}, between {radii.Min():F3} and {radii.Max():F3}");
        foreach (var (quarter, share) in Quarters(samples))
            Console.WriteLine($"  {quarter}: {share:P0}");
    }

    private static Tensor Ring(int count)
    {
        var angle = rand(count) * 2 * Math.PI;
        return stack([angle.cos(), angle.sin()], 1) + 0.05 * randn(count, 2);
    }

    private static IEnumerable<(string Quarter, double Share)> Quarters(Tensor points)
    {
        var right = points.select(1, 0).gt(0).data<bool>().ToArray();
        var upper = points.select(1, 1).gt(0).data<bool>().ToArray();
        return right.Zip(upper, (r, u) => (u ? "upper " : "lower ") + (r ? "right" : "left"))
            .GroupBy(name => name)
            .Select(group => (group.Key, (double)group.Count() / right.Length));
    }
}
