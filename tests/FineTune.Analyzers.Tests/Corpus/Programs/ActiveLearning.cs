using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ActiveLearning;

internal sealed class GrainNet : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Dropout dropout;

    public GrainNet(long features, long kinds)
        : base("grain")
    {
        fc1 = Linear(features, 48);
        dropout = Dropout(0.3);
        fc2 = Linear(48, kinds);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc2.call(dropout.call(functional.relu(fc1.call(x))));
}

/// <summary>Asks for the labels of which it is the least sure.</summary>
internal sealed class ActiveLearner
{
    private readonly Func<GrainNet> create;
    private readonly HashSet<long> labelled = [];
    private GrainNet net;
    private optim.Optimizer optimizer;

    public ActiveLearner(Func<GrainNet> create)
    {
        this.create = create;
        Restart();
    }

    public int Labelled => labelled.Count;

    public void Learn(Tensor x, Tensor y, IEnumerable<long> answers, int epochs)
    {
        labelled.UnionWith(answers);
        Restart();
        var known = labelled.ToArray();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Random.Shared.Shuffle(known);
            foreach (var batch in known.Chunk(16))
            {
                using var scope = NewDisposeScope();
                var indices = tensor(batch);
                var loss = functional.cross_entropy(net.call(x[indices]), y[indices]);
                net.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }
    }

    /// <summary>Dropout stays on, so that several answers differ where nothing is known.</summary>
    public long[] Ask(Tensor x, int count)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        net.train();
        Tensor? mean = null;
        for (var i = 0; i < 10; i++)
        {
            var shares = functional.softmax(net.call(x), 1) / 10;
            mean = mean is null ? shares : mean + shares;
        }

        var doubt = -(mean! * (mean! + 1e-9).log()).sum(1);
        var doubts = doubt.data<float>().ToArray();
        return Enumerable.Range(0, doubts.Length)
            .Select(i => (long)i)
            .Where(i => !labelled.Contains(i))
            .OrderByDescending(i => doubts[i])
            .Take(count)
            .ToArray();
    }

    public double Accuracy(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        net.eval();
        using (no_grad())
        {
            var right = net.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().item<float>();
            net.train();
            return right;
        }
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(net), nameof(optimizer))]
    private void Restart()
    {
        optimizer?.Dispose();
        net?.Dispose();
        net = create();
        net.train();
        optimizer = optim.Adam(net.parameters(), 5e-3, weight_decay: 1e-4);
    }
}

internal static class Program
{
    private const int Features = 4;
    private const int Kinds = 3;

    private static void Main()
    {
        manual_seed(29);
        var (x, y) = Grains(1000);
        var (testX, testY) = Grains(400);
        foreach (var strategy in new[] { "asked", "drawn" })
        {
            var learner = new ActiveLearner(() => new GrainNet(Features, Kinds));
            var dice = new Random(3);
            learner.Learn(x, y, Enumerable.Range(0, 20).Select(i => (long)i), 40);
            var curve = new List<string>();
            while (learner.Labelled < 140)
            {
                var next = strategy == "asked"
                    ? learner.Ask(x, 20)
                    : Enumerable.Range(0, 20).Select(_ => dice.NextInt64(1000)).ToArray();
                learner.Learn(x, y, next, 40);
                curve.Add($"{learner.Accuracy(testX, testY):P0}");
            }

            Console.WriteLine($"{strategy}: {string.Join(" ", curve)}");
        }
    }

    private static (Tensor X, Tensor Y) Grains(int count)
    {
        using var scope = NewDisposeScope();
        var x = randn(count, Features);
        var size = x.select(1, 0) + 0.5 * x.select(1, 1).pow(2);
        var y = size.gt(0.2).to(ScalarType.Int64) + size.gt(1.1).to(ScalarType.Int64);
        return scope.MoveToOuter(x, y);
    }
}
