using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MixtureOfExperts;

public sealed class Expert : Module<Tensor, Tensor>
{
    private readonly Linear up;
    private readonly Linear down;

    public Expert(long inputs, long width)
        : base("expert")
    {
        up = Linear(inputs, width);
        down = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => down.call(functional.silu(up.call(x)));
}

public sealed class Mixture : Module<Tensor, Tensor>
{
    private readonly List<Expert> experts = []; // FT1009
    private readonly Linear gate;
    private readonly Dictionary<int, string> names = [];

    public Mixture(long inputs, int count)
        : base(nameof(Mixture))
    {
        gate = Linear(inputs, count);
        for (var i = 0; i < count; i++)
        {
            experts.Add(new Expert(inputs, 24));
            names[i] = $"expert {(char)('A' + i)}";
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var shares = functional.softmax(gate.call(x), 1);
        var answers = cat(experts.Select(expert => expert.call(x)).ToArray(), 1);
        return (shares * answers).sum(1);
    }

    public IEnumerable<(string Name, double Share)> Usage(Tensor x)
    {
        double[] means;
        using (no_grad())
        using (NewDisposeScope())
            means = functional.softmax(gate.call(x), 1).mean([0]).to(ScalarType.Float64).data<double>().ToArray();
        for (var i = 0; i < means.Length; i++)
            yield return (names[i], means[i]);
    }
}

public sealed class MixtureTrainer(Mixture mixture, double rate)
{
    private readonly optim.Optimizer optimizer = optim.Adam(mixture.parameters(), rate);
    private readonly List<double> history = [];

    public IReadOnlyList<double> History => history;

    public void Fit(Tensor x, Tensor y, int epochs)
    {
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            mixture.train();
            var losses = randperm(y.shape[0]).split(50).Select(indices => TrainBatch(x[indices], y[indices])).ToArray();
            history.Add(losses.Average());
        }
    }

    private double TrainBatch(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = functional.mse_loss(mixture.call(x), y);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }
}

public static class Program
{
    private const int Inputs = 4;

    public static void Main()
    {
        manual_seed(37);
        var mixture = new Mixture(Inputs, count: 4);
        Console.WriteLine($"{mixture.parameters().Sum(parameter => parameter.numel())} numbers to learn.");
        var (x, y) = Piecewise(1500);
        var trainer = new MixtureTrainer(mixture, 5e-3);
        trainer.Fit(x, y, epochs: 15);
        Console.WriteLine(string.Join(" ", trainer.History.Select(loss => loss.ToString("F3"))));

        mixture.eval();
        foreach (var (name, share) in mixture.Usage(x))
            Console.WriteLine($"  {name}: {share:P0}");
    }

    /// <summary>Another rule in each quarter of the plane.</summary>
    private static (Tensor X, Tensor Y) Piecewise(int count)
    {
        var x = 2 * rand(count, Inputs) - 1;
        var (a, b, c, d) = (x.select(1, 0), x.select(1, 1), x.select(1, 2), x.select(1, 3));
        var left = where(b.gt(0), 2 * c, -c + d);
        var right = where(b.gt(0), c * d, 1 - d);
        return (x, where(a.gt(0), right, left) + 0.02 * randn(count));
    }
}
