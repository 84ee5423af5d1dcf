using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LbfgsCurveFit;

/// <summary>A sum of peaks: what a spectrometer shows.</summary>
internal sealed class Peaks : Module<Tensor, Tensor>
{
    private readonly Parameter centers;
    private readonly Parameter logWidths;
    private readonly Parameter heights;
    private readonly Parameter baseline;

    public Peaks(params double[] guesses)
        : base("peaks")
    {
        centers = Parameter(tensor(guesses, ScalarType.Float64));
        logWidths = Parameter(full([guesses.Length], Math.Log(0.4), dtype: ScalarType.Float64));
        heights = Parameter(ones(guesses.Length, dtype: ScalarType.Float64));
        baseline = Parameter(zeros(1, dtype: ScalarType.Float64));
        RegisterComponents();
    }

    public IEnumerable<(double Center, double Width, double Height)> Found()
    {
        var widths = logWidths.exp();
        for (var i = 0; i < centers.shape[0]; i++)
            yield return (centers[i].item<double>(), widths[i].item<double>(), heights[i].item<double>());
    }

    public override Tensor forward(Tensor x)
    {
        var distance = (x.unsqueeze(1) - centers) / logWidths.exp();
        return (heights * (-0.5 * distance.pow(2)).exp()).sum(1) + baseline;
    }
}

/// <summary>A small network on the heat equation, first by Adam and then by L-BFGS.</summary>
internal sealed class HeatNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers = Sequential(Linear(1, 24), Tanh(), Linear(24, 24), Tanh(), Linear(24, 1));

    public HeatNet()
        : base("heat") => RegisterComponents();

    public override Tensor forward(Tensor x) => layers.call(x);
}

internal static class Program
{
    private static void Main()
    {
        manual_seed(5);
        FitPeaks();
        SolveHeat();
    }

    private static void FitPeaks()
    {
        using var x = linspace(0, 10, 500, dtype: ScalarType.Float64);
        using var y = 1.4 * (-0.5 * ((x - 2.7) / 0.5).pow(2)).exp()
            + 0.6 * (-0.5 * ((x - 6.1) / 0.8).pow(2)).exp()
            + 0.05 + 0.02 * randn_like(x);
        using var model = new Peaks(2, 7);
        using var optimizer = optim.LBFGS(model.parameters(), lr: 0.5, max_iter: 25);

        Tensor Closure()
        {
            optimizer.zero_grad();
            var loss = functional.mse_loss(model.call(x), y);
            loss.backward();
            return loss;
        }

        for (var round = 0; round < 8; round++)
        {
            using var scope = NewDisposeScope();
            var loss = optimizer.step(Closure);
            Console.WriteLine($"Round {round}: {loss.item<double>():E3}");
        }

        foreach (var (center, width, height) in model.Found())
            Console.WriteLine($"  at {center:F3}, width {width:F3}, height {height:F3}");
    }

    private static void SolveHeat()
    {
        var net = new HeatNet();
        var points = linspace(0, 1, 64).unsqueeze(1);
        points.requires_grad = true;
        var ends = tensor(new[] { 0f, 1f }).unsqueeze(1);

        // The slope of the slope is the source.
        Tensor Residual()
        {
            var u = net.call(points);
            var first = autograd.grad([u.sum()], [points], retain_graph: true, create_graph: true)[0];
            var second = autograd.grad([first.sum()], [points], retain_graph: true, create_graph: true)[0];
            var source = -(Math.PI * Math.PI) * sin(Math.PI * points.detach());
            return functional.mse_loss(second, source) + 10 * net.call(ends).pow(2).mean();
        }

        var adam = optim.Adam(net.parameters(), 5e-3);
        for (var i = 0; i < 300; i++)
        {
            using var scope = NewDisposeScope();
            adam.zero_grad();
            var residual = Residual();
            residual.backward();
            adam.step();
        }

        var lbfgs = optim.LBFGS(net.parameters(), lr: 0.3, max_iter: 20, history_size: 30);
        var history = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            using var scope = NewDisposeScope();
            var residual = lbfgs.step(() =>
            {
                lbfgs.zero_grad();
                var value = Residual();
                value.backward();
                return value;
            });
            history.Add(residual.item<float>());
            if (history.Count > 3 && Math.Abs(history[^1] - history[^2]) < 1e-7)
                break;
        }

        using var guard = no_grad();
        var error = (net.call(points) - sin(Math.PI * points)).abs().max().item<float>();
        Console.WriteLine($"Heat: residual {history.Min():E2}, largest error {error:E2}");
    }
}
