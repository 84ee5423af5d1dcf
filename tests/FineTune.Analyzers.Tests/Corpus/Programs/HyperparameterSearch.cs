using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace HyperparameterSearch;

internal sealed record Candidate(string Optimizer, double Rate, int Width, double Dropout, bool Normalize)
{
    public static Candidate Draw(Random random) => new(
        random.GetItems(["adam", "sgd", "rmsprop"], 1)[0],
        Math.Pow(10, -3 + 1.5 * random.NextDouble()),
        random.GetItems([8, 16, 32], 1)[0],
        0.3 * random.NextDouble(),
        random.Next(2) == 0);
}

internal sealed record Trial(int Number, Candidate Candidate, double Error, int Epochs) : IComparable<Trial>
{
    public int CompareTo(Trial? other) => Error.CompareTo(other?.Error ?? double.PositiveInfinity);
}

internal sealed class SearchNet : Module<Tensor, Tensor>
{
    private readonly Linear input;
    private readonly BatchNorm1d? norm;
    private readonly Dropout dropout;
    private readonly Linear output;

    public SearchNet(Candidate candidate, long inputs)
        : base("search")
    {
        input = Linear(inputs, candidate.Width);
        norm = candidate.Normalize ? BatchNorm1d(candidate.Width) : null;
        dropout = Dropout(candidate.Dropout);
        output = Linear(candidate.Width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var hidden = input.call(x);
        if (norm != null)
            hidden = norm.call(hidden);
        return output.call(dropout.call(functional.relu(hidden))).squeeze(1);
    }
}

internal static class Program
{
    private const int Inputs = 5;

    private static readonly Random Dice = new(99);
    private static readonly SortedSet<Trial> Trials = [];
    private static (Tensor X, Tensor Y) training;
    private static (Tensor X, Tensor Y) validation;

    private static void Main(string[] args)
    {
        manual_seed(6);
        training = Data(600);
        validation = Data(200);
        var count = args.Length > 0 ? int.Parse(args[0]) : 10;
        for (var number = 1; number <= count; number++)
        {
            var trial = Try(number, Candidate.Draw(Dice));
            Trials.Add(trial);
            Console.WriteLine($"{trial.Number,2}: {trial.Error:F4} after {trial.Epochs} epochs with {trial.Candidate}");
        }

        // The best once more, with small changes.
        foreach (var factor in new[] { 0.5, 1, 2 })
        {
            var best = Trials.Min!;
            Trials.Add(Try(++count, best.Candidate with { Rate = best.Candidate.Rate * factor }));
        }

        Console.WriteLine($"Best: {Trials.Min}");
    }

    private static Trial Try(int number, Candidate candidate)
    {
        using var scope = NewDisposeScope();
        using var model = new SearchNet(candidate, Inputs);
        using var optimizer = Build(candidate, model);
        var scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.95);
        var (best, stale, epochs) = (double.PositiveInfinity, 0, 0);
        while (stale < 4 && epochs < 25)
        {
            TrainEpoch(model, optimizer);
            scheduler.step();
            epochs++;
            var error = Validate(model);
            stale = error < best ? 0 : stale + 1;
            best = Math.Min(best, error);

            // A hopeless candidate is not worth the time.
            if (epochs == 5 && Trials.Count > 3 && error > 3 * Trials.Min!.Error)
                break;
        }

        return new Trial(number, candidate, best, epochs);
    }

    private static optim.Optimizer Build(Candidate candidate, SearchNet model)
    {
        var parameters = model.parameters().ToList();
        return candidate.Optimizer switch
        {
            "adam" => optim.Adam(parameters, candidate.Rate),
            "sgd" => optim.SGD(parameters, candidate.Rate, momentum: 0.9),
            _ => optim.RMSProp(parameters, candidate.Rate),
        };
    }

    private static void TrainEpoch(SearchNet model, optim.Optimizer optimizer)
    {
        model.train();
        foreach (var indices in randperm(training.Y.shape[0]).split(40))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.mse_loss(model.call(training.X[indices]), training.Y[indices]);
            loss.backward();
            optimizer.step();
        }
    }

    private static double Validate(SearchNet model)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return functional.mse_loss(model.call(validation.X), validation.Y).item<float>();
    }

    private static (Tensor X, Tensor Y) Data(int count)
    {
        var x = 2 * rand(count, Inputs) - 1;
        return (x, (3 * x.select(1, 0)).sin() + x.select(1, 1) * x.select(1, 2) + 0.1 * randn(count));
    }
}
