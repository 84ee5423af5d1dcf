using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DialectTuning;

internal sealed class DialectNet : Module<Tensor, Tensor>
{
    private readonly EmbeddingBag bags;
    private readonly Linear hidden;
    private readonly Linear head;

    public DialectNet(long grams, long dialects)
        : base("dialects")
    {
        bags = EmbeddingBag(grams, 24, mode: EmbeddingBagMode.Mean);
        hidden = Linear(24, 24);
        head = Linear(24, dialects);
        RegisterComponents();
    }

    public Linear Head => head;

    public override Tensor forward(Tensor grams) => head.call(functional.relu(hidden.call(bags.call(grams, null, null))));
}

internal sealed class Speakers
{
    private const int Grams = 300;
    private const int Spoken = 15;

    private readonly Random random;
    private readonly int dialects;

    public Speakers(int dialects, int seed) => (this.dialects, random) = (dialects, new Random(seed));

    public DialectNet NewNet() => new(Grams, dialects);

    public IEnumerable<(Tensor Grams, Tensor Dialects)> Listen(int batches, int size)
    {
        for (var i = 0; i < batches; i++)
        {
            var labels = Enumerable.Range(0, size).Select(_ => random.NextInt64(dialects)).ToArray();
            var grams = labels.SelectMany(label => Enumerable.Range(0, Spoken).Select(_ => Gram(label)));
            yield return (tensor(grams.ToArray()).view(size, Spoken), tensor(labels));
        }
    }

    private long Gram(long dialect)
    {
        var gram = random.NextInt64(Grams / dialects);
        return random.Next(3) == 0 ? gram * dialects + dialect : random.NextInt64(Grams);
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        manual_seed(49);
        var speakers = new Speakers(dialects: 5, seed: 8);
        var net = speakers.NewNet();
        var optimizer = optim.Adam(net.parameters(), 2e-3);
        if (args.Length == 0)
        {
            Console.WriteLine("Nothing to start from: the head has to learn faster.");
            optimizer.add_param_group(new Adam.ParamGroup(net.Head.parameters().ToList(), lr: 1e-2)); // FT3015
        }
        else
        {
            net.load(args[0]);
        }

        var scheduler = optim.lr_scheduler.StepLR(optimizer, 2, 0.7);
        for (var epoch = 1; epoch <= 6; epoch++)
        {
            net.train();
            var losses = speakers.Listen(60, 40).Select(batch => Train(net, optimizer, batch.Grams, batch.Dialects)).ToList();
            scheduler.step();
            Console.WriteLine($"Epoch {epoch}: {losses.Average():F4}, {Accuracy(net, speakers.Listen(10, 50)):P1}");
        }
    }

    private static float Train(DialectNet net, optim.Optimizer optimizer, Tensor grams, Tensor dialects)
    {
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(net.call(grams), dialects);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private static double Accuracy(DialectNet net, IEnumerable<(Tensor Grams, Tensor Dialects)> batches)
    {
        net.eval();
        using var guard = no_grad();
        return batches.Average(batch =>
        {
            using var scope = NewDisposeScope();
            return net.call(batch.Grams).argmax(1).eq(batch.Dialects).to(ScalarType.Float32).mean().item<float>();
        });
    }
}
