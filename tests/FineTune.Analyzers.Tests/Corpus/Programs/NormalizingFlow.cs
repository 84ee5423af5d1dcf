using System;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace NormalizingFlow;

/// <summary>Half of the numbers say how the other half is scaled and shifted.</summary>
public sealed class Coupling : Module<Tensor, (Tensor Output, Tensor LogDeterminant)>
{
    private readonly Sequential scale;
    private readonly Sequential shift;
    private readonly Tensor mask;

    public Coupling(long size, long hidden, bool odd)
        : base("coupling")
    {
        scale = Sequential(Linear(size, hidden), LeakyReLU(0.1), Linear(hidden, hidden), LeakyReLU(0.1), Linear(hidden, size), Tanh());
        shift = Sequential(Linear(size, hidden), LeakyReLU(0.1), Linear(hidden, hidden), LeakyReLU(0.1), Linear(hidden, size));
        mask = (arange(size, dtype: ScalarType.Float32) + (odd ? 1 : 0)).remainder(2);
        RegisterComponents();
    }

    public override (Tensor Output, Tensor LogDeterminant) forward(Tensor x)
    {
        var kept = x * mask;
        var s = scale.call(kept) * (1 - mask);
        var t = shift.call(kept) * (1 - mask);
        return (kept + (1 - mask) * (x * s.exp() + t), s.sum(1));
    }

    public Tensor Invert(Tensor y)
    {
        var kept = y * mask;
        var s = scale.call(kept) * (1 - mask);
        var t = shift.call(kept) * (1 - mask);
        return kept + (1 - mask) * ((y - t) * (-s).exp());
    }
}

public sealed class Flow : Module<Tensor, Tensor>
{
    private readonly ModuleList<Coupling> couplings;
    private readonly long size;

    public Flow(long size, int depth)
        : base("flow")
    {
        this.size = size;
        couplings = ModuleList(Enumerable.Range(0, depth).Select(i => new Coupling(size, 48, i % 2 == 1)).ToArray());
        RegisterComponents();
    }

    /// <summary>The logarithm of the density.</summary>
    public override Tensor forward(Tensor x)
    {
        var total = zeros(x.shape[0], device: x.device);
        foreach (var coupling in couplings)
        {
            var (y, logDeterminant) = coupling.call(x);
            x = y;
            total += logDeterminant;
        }

        return total - 0.5 * x.pow(2).sum(1) - 0.5 * size * Math.Log(2 * Math.PI);
    }

    public Tensor Sample(long count)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var x = randn(count, size);
        foreach (var coupling in couplings.Reverse())
            x = coupling.Invert(x);
        return x.MoveToOuterDisposeScope();
    }
}

public static class Program
{
    private static readonly Device Device = cuda.is_available() ? CUDA : CPU;

    public static void Main()
    {
        manual_seed(19);
        using var flow = new Flow(2, depth: 6).to(Device);
        using var optimizer = optim.Adam(flow.parameters(), 1e-3, weight_decay: 1e-6);
        var scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.998);
        using var test = Moons(1000);
        var smoothed = double.NaN;
        for (var iteration = 0; iteration < 800; iteration++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = -flow.call(Moons(128)).mean();
            loss.backward();
            var norm = nn.utils.clip_grad_norm_(flow.parameters(), 5);
            if (double.IsFinite(norm))
                optimizer.step();
            scheduler.step();

            var value = loss.item<float>();
            smoothed = double.IsNaN(smoothed) ? value : 0.98 * smoothed + 0.02 * value;
            if (iteration % 200 == 199)
                Console.WriteLine($"{iteration + 1}: {smoothed:F4}, held out {Test(flow, test):F4}");
        }

        using var samples = flow.Sample(2000);
        using var upper = samples.select(1, 1).gt(0.25).to(ScalarType.Float32).mean();
        Console.WriteLine($"{upper.item<float>():P1} of the samples lie above the middle.");
    }

    private static double Test(Flow flow, Tensor data)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return -flow.call(data).mean().item<float>();
    }

    private static Tensor Moons(long count)
    {
        using var scope = NewDisposeScope();
        var angle = rand(count, device: Device) * Math.PI;
        var upper = rand(count, device: Device).gt(0.5).to(ScalarType.Float32);
        var x = upper * angle.cos() + (1 - upper) * (1 - angle.cos());
        var y = upper * angle.sin() + (1 - upper) * (0.5 - angle.sin());
        var points = stack([x, y], 1) + 0.08 * randn(count, 2, device: Device);
        return points.MoveToOuterDisposeScope();
    }
}
