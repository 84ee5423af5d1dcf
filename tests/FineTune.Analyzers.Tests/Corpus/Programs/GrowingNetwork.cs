using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GrowingNetwork;

/// <summary>Gets another layer when it has learned what it can.</summary>
internal sealed class GrowingNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers;
    private readonly Linear output;
    private readonly long width;

    public GrowingNet(long inputs, long width)
        : base("growing")
    {
        this.width = width;
        layers = Sequential(("input", Linear(inputs, width)), ("relu", ReLU()));
        output = Linear(width, 1);
        RegisterComponents();
    }

    public int Depth { get; private set; } = 1;

    public void Grow()
    {
        layers.append($"fc{Depth}", Linear(width, width));
        layers.append($"relu{Depth}", ReLU());
        Depth++;
    }

    public override Tensor forward(Tensor x) => output.call(layers.call(x)).squeeze(1);
}

internal sealed record Phase(int Depth, int Epochs, double Error);

internal static class Program
{
    private const int Inputs = 3;
    private const int MostLayers = 4;

    private static void Main()
    {
        manual_seed(14);
        var (x, y) = Surface(1200);
        var (testX, testY) = Surface(300);
        var phases = new List<Phase>();
        var net = new GrowingNet(Inputs, 24);
        while (true)
        {
            phases.Add(TrainPhase(net, x, y, testX, testY));
            Console.WriteLine(phases[^1]);
            if (net.Depth == MostLayers || phases.Count > 1 && phases[^1].Error > phases[^2].Error)
                break;
            net.Grow();
        }

        Console.WriteLine($"Best at depth {phases.MinBy(phase => phase.Error)!.Depth}");
        Polish(net, x, y);
        Console.WriteLine($"At last {Error(net, testX, testY):F4}");
    }

    /// <summary>Each depth has an optimizer of its own, for each has other parameters.</summary>
    private static Phase TrainPhase(GrowingNet net, Tensor x, Tensor y, Tensor testX, Tensor testY)
    {
        using var optimizer = optim.Adam(net.parameters(), 4e-3);
        var (best, stale, epochs) = (double.PositiveInfinity, 0, 0);
        while (stale < 3 && epochs < 12)
        {
            net.train();
            foreach (var indices in randperm(y.shape[0]).split(60))
            {
                using var scope = NewDisposeScope();
                var loss = functional.mse_loss(net.call(x[indices]), y[indices]);
                loss.backward();
                optimizer.step();
                optimizer.zero_grad();
            }

            epochs++;
            var error = Error(net, testX, testY);
            (best, stale) = error < best - 1e-4 ? (error, 0) : (best, stale + 1);
        }

        return new(net.Depth, epochs, best);
    }

    private static void Polish(GrowingNet net, Tensor x, Tensor y)
    {
        // Gradients from before are none of these steps' business.
        net.zero_grad();
        using var optimizer = optim.SGD(net.parameters(), 0.01, momentum: 0.8);
        net.train();
        for (var step = 0; step < 30; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var parameter in net.parameters())
                parameter.grad = null;
            functional.l1_loss(net.call(x), y).backward();
            optimizer.step();
        }
    }

    private static double Error(GrowingNet net, Tensor x, Tensor y)
    {
        net.eval();
        using (no_grad())
        {
            using var predicted = net.call(x);
            using var error = functional.mse_loss(predicted, y);
            return error.item<float>();
        }
    }

    private static (Tensor X, Tensor Y) Surface(int count)
    {
        using var scope = NewDisposeScope();
        var x = 4 * rand(count, Inputs) - 2;
        var y = (x.select(1, 0) * x.select(1, 1)).sin() + (2 * x.select(1, 2)).cos() * 0.5;
        return scope.MoveToOuter(x, y);
    }
}
