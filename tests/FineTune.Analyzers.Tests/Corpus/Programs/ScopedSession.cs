using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScopedSession;

public sealed class TideNet : Module<Tensor, Tensor>
{
    private readonly Linear input = Linear(4, 32);
    private readonly Linear output = Linear(32, 1);

    public TideNet()
        : base("tide") => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.mish(input.call(x))).squeeze(1);
}

/// <summary>Everything that is made between the start and the end of a session goes away with it.</summary>
public sealed class Session : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly List<IDisposable> guards = [];

    public Session(bool learning)
    {
        if (!learning)
            guards.Add(no_grad());
    }

    public static IDisposable Frozen() => no_grad();

    public T Keep<T>(T disposable)
        where T : class, IDisposable => scope.Detach(disposable);

    public void Dispose()
    {
        foreach (var guard in guards)
            guard.Dispose();
        scope.Dispose();
    }
}

public sealed class TideTrainer
{
    private readonly TideNet net;
    private readonly optim.Optimizer optimizer;
    private Tensor? bestWeights;

    public TideTrainer(TideNet net)
    {
        this.net = net;
        optimizer = optim.Adam(net.parameters(), 1e-2);
    }

    public float Step(Tensor moments, Tensor levels)
    {
        using var session = new Session(learning: true);
        var loss = functional.mse_loss(net.call(moments), levels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    public void Remember()
    {
        using var session = new Session(learning: false);
        bestWeights?.Dispose();
        bestWeights = session.Keep(nn.utils.parameters_to_vector(net.parameters()).clone());
    }

    public void Recall()
    {
        if (bestWeights is null)
            return;
        using (Session.Frozen())
            nn.utils.vector_to_parameters(bestWeights, net.parameters());
    }

    public double Test(Tensor moments, Tensor levels)
    {
        IDisposable? guard = null;
        DisposeScope? scope = null;
        try
        {
            guard = no_grad();
            scope = NewDisposeScope();
            return (net.call(moments) - levels).abs().mean().item<float>();
        }
        finally
        {
            scope?.Dispose();
            guard?.Dispose();
        }
    }

    public Tensor Forecast(Tensor moments)
    {
        var scope = NewDisposeScope();
        using (scope)
        using (Session.Frozen())
        {
            var levels = net.call(moments);
            return scope.MoveToOuter(levels);
        }
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(1953);
        var trainer = new TideTrainer(new TideNet());
        var (moments, levels) = Gauge(from: 0, hours: 600);
        var (later, laterLevels) = Gauge(from: 600, hours: 100);
        var best = double.MaxValue;
        for (var round = 0; round < 300; round++)
        {
            trainer.Step(moments, levels);
            if (round % 20 != 0)
                continue;
            var error = trainer.Test(later, laterLevels);
            if (error < best)
            {
                best = error;
                trainer.Remember();
            }
        }

        trainer.Recall();
        Console.WriteLine($"Best {best:F4}, recalled {trainer.Test(later, laterLevels):F4}");
        using var forecast = trainer.Forecast(later);
        Console.WriteLine($"Highest level: {forecast.max().item<float>():F2} m");
    }

    private static (Tensor Moments, Tensor Levels) Gauge(int from, int hours)
    {
        using var scope = NewDisposeScope();
        var hour = arange(from, from + hours, dtype: ScalarType.Float32);
        var (moon, sun) = (hour * (2 * Math.PI / 12.42), hour * (2 * Math.PI / 12));
        var moments = stack([moon.sin(), moon.cos(), sun.sin(), sun.cos()], 1);
        var levels = 1.2 * moon.cos() + 0.4 * sun.cos() + 0.1 * moon.cos() * sun.sin() + 0.05 * randn(hours);
        return scope.MoveToOuter(moments, levels);
    }
}
