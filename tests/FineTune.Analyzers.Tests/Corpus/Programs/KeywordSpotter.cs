using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace KeywordSpotter;

public sealed record SpotterOptions
{
    public required string Keyword { get; init; }

    public int Epochs { get; init; } = 3;

    public int LogEvery { get; init; } = 20;

    public double Rate { get; init; } = 3e-3;
}

/// <summary>Whether a word stands somewhere in a message.</summary>
public sealed class SpotterNet : Module<Tensor, Tensor>
{
    private readonly Embedding letters;
    private readonly Conv1d conv;
    private readonly BatchNorm1d norm;
    private readonly Dropout dropout;
    private readonly Linear output;

    public SpotterNet(int window)
        : base("spotter")
    {
        letters = Embedding(27, 8);
        conv = Conv1d(8, 24, window);
        norm = BatchNorm1d(24);
        dropout = Dropout(0.2);
        output = Linear(24, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor text)
    {
        var embedded = letters.call(text).transpose(1, 2);
        var found = functional.relu(norm.call(conv.call(embedded))).max(2).values;
        return output.call(dropout.call(found)).squeeze(1);
    }
}

public sealed class Messages(string keyword, int seed)
{
    public const int Length = 24;

    private readonly Random random = new(seed);

    public (string Text, bool Has) Next()
    {
        var has = random.Next(2) == 0;
        var letters = Enumerable.Range(0, Length).Select(_ => (char)('a' + random.Next(26))).ToArray();
        var word = has ? keyword.ToCharArray() : keyword.OrderBy(_ => random.Next()).ToArray();
        word.CopyTo(letters, random.Next(Length - word.Length));
        var text = new string(letters);
        return (text, text.Contains(keyword, StringComparison.Ordinal));
    }

    public IEnumerable<(string Text, bool Has)[]> Batches(int count, int size) =>
        Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, size).Select(_ => Next()).ToArray());
}

public sealed class SpotterTrainer(SpotterNet net, SpotterOptions options)
{
    private readonly optim.Optimizer optimizer = optim.Adam(net.parameters(), options.Rate);
    private readonly (string Text, bool Has)[] sample = new Messages(options.Keyword, 500).Batches(1, 200).Single();
    private int steps;

    public void Fit(Messages messages)
    {
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            net.train();
            var losses = new List<float>();
            foreach (var batch in messages.Batches(100, 32))
            {
                losses.Add(TrainBatch(batch)); // FT3014
                if (++steps % options.LogEvery == 0)
                    Snapshot();
            }

            Console.WriteLine($"Epoch {epoch}: {losses.Average():F4}");
        }
    }

    public bool Spot(string message)
    {
        net.eval();
        using var guard = no_grad();
        using var input = Encode([message]);
        using var score = net.call(input);
        return score.item<float>() > 0;
    }

    private float TrainBatch((string Text, bool Has)[] batch)
    {
        using var scope = NewDisposeScope();
        var wanted = tensor(batch.Select(message => message.Has ? 1f : 0f).ToArray());
        var loss = functional.binary_cross_entropy_with_logits(net.call(Encode(batch.Select(message => message.Text))), wanted);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private void Snapshot()
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var scores = net.call(Encode(sample.Select(message => message.Text))).data<float>().ToArray();
        var right = scores.Zip(sample, (score, message) => score > 0 == message.Has).Count(hit => hit);
        Console.WriteLine($"  after {steps} steps {right / 2.0:F1} % are right");
    }

    private static Tensor Encode(IEnumerable<string> texts) =>
        tensor(texts.SelectMany(text => text.Select(letter => (long)letter - 'a')).ToArray()).view(-1, Messages.Length);
}

public static class Program
{
    public static void Main(string[] args)
    {
        manual_seed(88);
        var options = new SpotterOptions { Keyword = args.FirstOrDefault() ?? "help", Epochs = 3 };
        var messages = new Messages(options.Keyword, 1);
        var trainer = new SpotterTrainer(new SpotterNet(options.Keyword.Length), options);
        trainer.Fit(messages);
        foreach (var (text, has) in Enumerable.Range(0, 5).Select(_ => messages.Next()))
            Console.WriteLine($"{text}: {trainer.Spot(text)}, right is {has}");
    }
}
