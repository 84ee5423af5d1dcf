using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DebiasedScoring;

/// <summary>A score of applicants from which their group cannot be told.</summary>
public sealed class Scorer : Module<Tensor, (Tensor Features, Tensor Score)>
{
    private readonly Sequential encoder;
    private readonly Linear score;

    public Scorer(long inputs, long width)
        : base("scorer")
    {
        encoder = Sequential(Linear(inputs, width), ReLU(), Linear(width, width), ReLU());
        score = Linear(width, 1);
        RegisterComponents();
    }

    public override (Tensor Features, Tensor Score) forward(Tensor x)
    {
        var features = encoder.call(x);
        return (features, score.call(features).squeeze(1));
    }
}

public sealed record Applicants(Tensor Facts, Tensor Good, Tensor Group)
{
    public long Count => Good.shape[0];

    public Applicants this[Tensor indices] => new(Facts[indices], Good[indices], Group[indices]);
}

public sealed class DebiasingTrainer : IDisposable
{
    private readonly Scorer scorer;
    private readonly Sequential adversary;
    private readonly Dictionary<string, optim.Optimizer> optimizers;
    private readonly BCEWithLogitsLoss criterion = BCEWithLogitsLoss();
    private readonly double strength;

    public DebiasingTrainer(Scorer scorer, long width, double strength)
    {
        this.scorer = scorer;
        this.strength = strength;
        adversary = Sequential(("fc1", Linear(width, 16)), ("relu", ReLU()), ("fc2", Linear(16, 1)));
        optimizers = new()
        {
            ["scorer"] = optim.Adam(scorer.parameters(), 2e-3),
            ["adversary"] = optim.Adam(adversary.parameters(), 4e-3),
        };
    }

    public (double Scorer, double Adversary) Epoch(Applicants applicants)
    {
        scorer.train();
        adversary.train();
        var losses = new List<(float Scorer, float Adversary)>();
        foreach (var indices in randperm(applicants.Count).split(50))
        {
            using var scope = NewDisposeScope();
            var batch = applicants[indices];
            var found = TrainAdversary(batch);
            losses.Add((TrainScorer(batch), found));
        }

        return (losses.Average(pair => pair.Scorer), losses.Average(pair => pair.Adversary));
    }

    public (double Accuracy, double Gap) Judge(Applicants applicants)
    {
        scorer.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var accepted = scorer.call(applicants.Facts).Score.gt(0).to(ScalarType.Float32);
        var accuracy = accepted.eq(applicants.Good).to(ScalarType.Float32).mean().item<float>();
        var first = (accepted * applicants.Group).sum() / applicants.Group.sum();
        var second = (accepted * (1 - applicants.Group)).sum() / (1 - applicants.Group).sum();
        return (accuracy, Math.Abs((first - second).item<float>()));
    }

    public void Dispose()
    {
        foreach (var optimizer in optimizers.Values)
            optimizer.Dispose();
        adversary.Dispose();
    }

    private float TrainAdversary(Applicants batch)
    {
        Tensor features;
        using (no_grad())
            features = scorer.call(batch.Facts).Features;
        var optimizer = optimizers["adversary"];
        optimizer.zero_grad();
        var loss = criterion.call(adversary.call(features).squeeze(1), batch.Group);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private float TrainScorer(Applicants batch)
    {
        var optimizer = optimizers["scorer"];
        optimizer.zero_grad();
        var (features, score) = scorer.call(batch.Facts);
        var loss = criterion.call(score, batch.Good);
        loss -= strength * criterion.call(adversary.call(features).squeeze(1), batch.Group);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }
}

public static class Program
{
    private const int Facts = 6;
    private const int Width = 24;

    public static void Main()
    {
        manual_seed(67);
        var (training, testing) = (Apply(1500), Apply(500));
        foreach (var strength in new[] { 0, 0.3, 1 })
        {
            using var scorer = new Scorer(Facts, Width);
            using var trainer = new DebiasingTrainer(scorer, Width, strength);
            var last = (Scorer: 0.0, Adversary: 0.0);
            for (var epoch = 0; epoch < 12; epoch++)
                last = trainer.Epoch(training);
            var (accuracy, gap) = trainer.Judge(testing);
            Console.WriteLine($"{strength:F1}: {accuracy:P1} right, gap {gap:P1}, adversary at {last.Adversary:F3}");
        }
    }

    private static Applicants Apply(int count)
    {
        using var scope = NewDisposeScope();
        var group = rand(count).gt(0.5).to(ScalarType.Float32);
        var skill = randn(count);
        var facts = randn(count, Facts) * 0.5;
        facts.select(1, 0).add_(skill);
        facts.select(1, 1).add_(skill + group);
        facts.select(1, 2).add_(2 * group);
        var good = (skill + 0.5 * group + 0.3 * randn(count)).gt(0.2).to(ScalarType.Float32);
        scope.MoveToOuter(facts, good, group);
        return new(facts, good, group);
    }
}
