using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace KFoldRegression;

public sealed record Fold(int Number, Tensor TrainX, Tensor TrainY, Tensor TestX, Tensor TestY);

public sealed record FoldResult(int Number, int BestEpoch, double BestError);

public sealed class ConcreteNet : Module<Tensor, Tensor>
{
    private readonly Linear input;
    private readonly BatchNorm1d norm;
    private readonly Dropout dropout;
    private readonly Linear hidden;
    private readonly Linear output;

    public ConcreteNet(int features)
        : base("concrete")
    {
        input = Linear(features, 64);
        norm = BatchNorm1d(64);
        dropout = Dropout(0.1);
        hidden = Linear(64, 32);
        output = Linear(32, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(norm.call(input.call(x)));
        y = functional.relu(hidden.call(dropout.call(y)));
        return output.call(y).squeeze(1);
    }
}

public static class Program
{
    private const int Features = 6;
    private const int Patience = 6;

    public static void Main()
    {
        manual_seed(31);
        var (x, y) = Measurements(600);
        var results = new List<FoldResult>();
        foreach (var fold in Split(x, y, folds: 5))
        {
            using var scope = NewDisposeScope();
            results.Add(Run(fold, epochs: 30));
            Console.WriteLine(results[^1]);
        }

        var errors = results.Select(result => result.BestError).ToArray();
        var mean = errors.Average();
        var deviation = Math.Sqrt(errors.Average(error => (error - mean) * (error - mean)));
        Console.WriteLine($"Mean absolute error: {mean:F4} ± {deviation:F4}");
    }

    private static FoldResult Run(Fold fold, int epochs)
    {
        using var model = new ConcreteNet(Features);
        using var optimizer = optim.SGD(model.parameters(), 0.02, momentum: 0.9, weight_decay: 1e-4);
        var scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor: 0.5, patience: 2);
        var best = double.PositiveInfinity;
        var bestEpoch = 0;
        Dictionary<string, Tensor>? bestState = null;

        for (var epoch = 1; epoch <= epochs && epoch - bestEpoch <= Patience; epoch++)
        {
            TrainEpoch(model, optimizer, fold);
            var error = Error(model, fold);
            scheduler.step(error);
            if (error >= best)
                continue;
            (best, bestEpoch) = (error, epoch);
            bestState = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        }

        // The best weights count, not the last.
        if (bestState is not null)
            model.load_state_dict(bestState);
        return new FoldResult(fold.Number, bestEpoch, Error(model, fold));
    }

    private static void TrainEpoch(ConcreteNet model, optim.Optimizer optimizer, Fold fold)
    {
        model.train();
        foreach (var indices in randperm(fold.TrainY.shape[0]).split(40))
        {
            using var scope = NewDisposeScope();
            var loss = functional.smooth_l1_loss(model.call(fold.TrainX[indices]), fold.TrainY[indices]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }
    }

    private static double Error(ConcreteNet model, Fold fold)
    {
        model.eval();
        using (no_grad())
        using (var difference = model.call(fold.TestX) - fold.TestY)
            return difference.abs().mean().item<float>();
    }

    private static IEnumerable<Fold> Split(Tensor x, Tensor y, int folds)
    {
        var order = randperm(y.shape[0]).data<long>().ToArray();
        for (var k = 0; k < folds; k++)
        {
            var test = tensor(order.Where((_, i) => i % folds == k).ToArray());
            var train = tensor(order.Where((_, i) => i % folds != k).ToArray());

            // Mean and deviation of the training part only.
            var mean = x[train].mean([0]);
            var deviation = x[train].std(0);
            yield return new Fold(k, (x[train] - mean) / deviation, y[train], (x[test] - mean) / deviation, y[test]);
        }
    }

    private static (Tensor X, Tensor Y) Measurements(int count)
    {
        var x = rand(count, Features) * 3;
        var y = x[.., 0] * x[.., 1] - x[.., 2].pow(2) + 0.5 * x[.., 3] + 0.1 * randn(count);
        return (x, y);
    }
}
