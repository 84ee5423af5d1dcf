using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FewShotAdapter;

public sealed class KeyNet : Module<Tensor, Tensor>
{
    private readonly Linear first;
    private readonly Linear second;
    private readonly Linear last;

    public KeyNet(long inputs, long classes)
        : base("keys")
    {
        first = Linear(inputs, 40);
        second = Linear(40, 40);
        last = Linear(40, classes);
        RegisterComponents();
    }

    public IEnumerable<Module> Trunk => [first, second];

    public void ResetLast()
    {
        init.zeros_(last.bias);
        init.normal_(last.weight, std: 0.1);
    }

    public override Tensor forward(Tensor x) => last.call(functional.relu(second.call(functional.relu(first.call(x)))));
}

/// <summary>The typing of one person.</summary>
public sealed class Typist(int seed, int inputs, int classes)
{
    private readonly float[][] habits = Habits(new Random(seed), inputs, classes);
    private readonly Random random = new(seed + 1);

    public (Tensor X, Tensor Y) Type(int count)
    {
        var labels = Enumerable.Range(0, count).Select(_ => random.NextInt64(classes)).ToArray();
        var strokes = labels.SelectMany(label => habits[label].Select(habit => habit + 0.3f * (random.NextSingle() - 0.5f)));
        return (tensor(strokes.ToArray()).view(count, inputs), tensor(labels));
    }

    private static float[][] Habits(Random random, int inputs, int classes) =>
        Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, inputs).Select(_ => random.NextSingle()).ToArray()).ToArray();
}

public sealed class KeyboardTrainer
{
    private readonly KeyNet net;
    private readonly optim.Optimizer optimizer;

    public KeyboardTrainer(KeyNet net)
    {
        this.net = net;
        optimizer = optim.SGD(net.parameters(), 0.1);
    }

    public void Pretrain(IReadOnlyList<Typist> typists, int rounds)
    {
        net.train();
        for (var round = 0; round < rounds; round++)
        {
            using var scope = NewDisposeScope();
            var (x, y) = typists[round % typists.Count].Type(32);
            optimizer.zero_grad();
            functional.cross_entropy(net.call(x), y).backward();
            optimizer.step();
        }
    }

    /// <summary>A few keys of somebody new, and only the last layer learns.</summary>
    public double Adapt(Typist typist, int shots, int steps)
    {
        FreezeTrunk();
        net.ResetLast();
        net.train();
        var (x, y) = typist.Type(shots);
        var value = 0.0;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var loss = functional.cross_entropy(net.call(x), y);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step(); // FT3001
            value = loss.item<float>();
        }

        return value;
    }

    public double Accuracy(Typist typist, int count)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = typist.Type(count);
        return net.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().item<float>();
    }

    private void FreezeTrunk()
    {
        foreach (var module in net.Trunk)
        {
            foreach (var parameter in module.parameters())
                parameter.requires_grad = false;
        }
    }
}

public static class Program
{
    private const int Inputs = 10;
    private const int Keys = 6;

    public static void Main()
    {
        manual_seed(28);
        var typists = Enumerable.Range(0, 8).Select(seed => new Typist(seed, Inputs, Keys)).ToList();
        var newcomer = new Typist(100, Inputs, Keys);
        var trainer = new KeyboardTrainer(new KeyNet(Inputs, Keys));
        trainer.Pretrain(typists, rounds: 1000);
        Console.WriteLine($"Before: {trainer.Accuracy(newcomer, 300):P1}");
        var loss = trainer.Adapt(newcomer, shots: 40, steps: 150);
        Console.WriteLine($"After: {trainer.Accuracy(newcomer, 300):P1} at a loss of {loss:F4}");
    }
}
