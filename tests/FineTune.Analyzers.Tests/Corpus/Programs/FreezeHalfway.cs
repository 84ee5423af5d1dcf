using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FreezeHalfway;

/// <summary>Questions and answers in one space: two towers of words.</summary>
internal sealed class Tower : Module<Tensor, Tensor>
{
    private readonly Embedding words;
    private readonly Linear projection;

    public Tower(long vocabulary, long size)
        : base("tower")
    {
        words = Embedding(vocabulary, size, padding_idx: 0);
        projection = Linear(size, size);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        var mask = tokens.ne(0).unsqueeze(-1).to(ScalarType.Float32);
        var mean = (words.call(tokens) * mask).sum(1) / mask.sum(1).clamp(min: 1);
        var projected = projection.call(mean);
        return projected / projected.norm(1, keepdim: true).clamp(min: 1e-8);
    }
}

internal sealed class TwoTowers : Module<Tensor, Tensor, Tensor>
{
    public readonly Tower questions;
    public readonly Tower answers;

    public TwoTowers(long vocabulary, long size)
        : base("towers")
    {
        questions = new Tower(vocabulary, size);
        answers = new Tower(vocabulary, size);
        RegisterComponents();
    }

    public override Tensor forward(Tensor question, Tensor answer) =>
        questions.call(question).matmul(answers.call(answer).transpose(0, 1)) * 20;
}

internal static class Program
{
    private const int Vocabulary = 8192;

    private static void Main(string[] args)
    {
        var pairs = File.ReadLines(args[0]).Select(line => line.Split('\t')).Where(cells => cells.Length == 2).ToList();
        var model = new TwoTowers(Vocabulary, 96);
        var optimizer = optim.AdamW(model.parameters(), 1e-3, weight_decay: 0.01);
        var random = new Random(2);

        for (var epoch = 0; epoch < 5; epoch++)
        {
            foreach (var batch in pairs.OrderBy(_ => random.Next()).Chunk(64))
                Console.Write($"\r{Step(model, optimizer, batch):F3}");
        }

        // From here on the index of answers must not change. Momentum and weight decay think otherwise.
        foreach (var parameter in model.answers.parameters())
            parameter.requires_grad = false;
        model.answers.eval();

        var total = 0.0;
        foreach (var batch in pairs.OrderBy(_ => random.Next()).Chunk(64))
        {
            using var scope = NewDisposeScope();
            var (questions, answers) = Collate(batch);
            var loss = Loss(model, questions, answers);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step(); // FT3001, FT3004
            total += loss.ToDouble();
        }

        Console.WriteLine($"Mean loss {total * 64 / pairs.Count:F4}, recall {Recall(model, pairs):P1}");
    }

    private static double Step(TwoTowers model, optim.Optimizer optimizer, string[][] batch)
    {
        using var scope = NewDisposeScope();
        var (questions, answers) = Collate(batch);
        var loss = Loss(model, questions, answers);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.ToDouble();
    }

    private static Tensor Loss(TwoTowers model, Tensor questions, Tensor answers)
    {
        var scores = model.call(questions, answers);
        return functional.cross_entropy(scores, arange(scores.shape[0], dtype: ScalarType.Int64));
    }

    private static double Recall(TwoTowers model, List<string[]> pairs)
    {
        model.eval();
        using var _ = no_grad();
        var right = 0L;
        foreach (var batch in pairs.Chunk(256))
        {
            using var scope = NewDisposeScope();
            var (questions, answers) = Collate(batch);
            var best = model.call(questions, answers).argmax(1);
            right += best.eq(arange(batch.Length, dtype: ScalarType.Int64)).sum().ToInt64();
        }

        return (double)right / pairs.Count;
    }

    private static (Tensor Questions, Tensor Answers) Collate(string[][] batch) =>
        (Pad(batch.Select(pair => pair[0])), Pad(batch.Select(pair => pair[1])));

    private static Tensor Pad(IEnumerable<string> texts)
    {
        var rows = texts
            .Select(text => text.Split(' ').Select(word => (uint)word.GetHashCode() % (Vocabulary - 1) + 1L).Take(40).ToArray())
            .ToList();
        var width = rows.Max(row => row.Length);
        return tensor(rows.SelectMany(row => row.Concat(Enumerable.Repeat(0L, width - row.Length))).ToArray()).reshape(rows.Count, width);
    }
}
