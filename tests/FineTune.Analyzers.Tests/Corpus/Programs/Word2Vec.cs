using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Word2Vec;

/// <summary>Skip-grams with negative sampling.</summary>
internal sealed class SkipGram : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Embedding input;
    private readonly Embedding output;

    public SkipGram(long words, long size)
        : base("skip-gram")
    {
        input = Embedding(words, size);
        output = Embedding(words, size);
        init.uniform_(input.weight!, -0.5 / size, 0.5 / size);
        init.zeros_(output.weight!);
        RegisterComponents();
    }

    public Tensor Vectors => input.weight!.detach() / input.weight!.detach().norm(1, keepdim: true).clamp(min: 1e-8);

    public override Tensor forward(Tensor center, Tensor context, Tensor negatives)
    {
        var c = input.call(center).unsqueeze(2);
        var positive = output.call(context).unsqueeze(1).matmul(c).squeeze();
        var negative = output.call(negatives).matmul(c).squeeze(2);
        return -(positive.sigmoid().log() + (-negative).sigmoid().log().sum(1)).mean();
    }
}

internal sealed class Corpus
{
    private readonly int[] tokens;
    private readonly Random random = new(1);

    public Corpus(string path, int minimum)
    {
        var words = File.ReadAllText(path).ToLowerInvariant().Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var counts = words
            .GroupBy(word => word)
            .Select(group => (Word: group.Key, Count: group.Count()))
            .Where(entry => entry.Count >= minimum)
            .OrderByDescending(entry => entry.Count)
            .ToList();
        Words = counts.Select(entry => entry.Word).ToArray();
        Frequencies = tensor(counts.Select(entry => MathF.Pow(entry.Count, 0.75f)).ToArray());
        var numbers = Words.Select((word, number) => (word, number)).ToDictionary(entry => entry.word, entry => entry.number);
        tokens = words.Where(numbers.ContainsKey).Select(word => numbers[word]).ToArray();
    }

    public string[] Words { get; }

    public Tensor Frequencies { get; }

    public IEnumerable<(long Center, long Context)> Pairs(int window)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            var reach = random.Next(1, window + 1);
            for (var j = Math.Max(0, i - reach); j <= Math.Min(tokens.Length - 1, i + reach); j++)
            {
                if (j != i)
                    yield return (tokens[i], tokens[j]);
            }
        }
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var corpus = new Corpus(args[0], minimum: 5);
        var device = cuda.is_available() ? CUDA : CPU;
        var model = new SkipGram(corpus.Words.Length, 100).to(device);
        var optimizer = optim.Adam(model.parameters(), 2e-3);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            double mean = 0;
            var step = 0;
            foreach (var batch in corpus.Pairs(window: 5).Chunk(1024))
            {
                using var scope = NewDisposeScope();
                var centers = tensor(batch.Select(pair => pair.Center).ToArray(), device: device);
                var contexts = tensor(batch.Select(pair => pair.Context).ToArray(), device: device);
                var negatives = multinomial(corpus.Frequencies, batch.Length * 8, true).view(batch.Length, 8).to(device);
                optimizer.zero_grad();
                using var loss = model.call(centers, contexts, negatives);
                loss.backward();
                optimizer.step();
                mean += (loss.ToDouble() - mean) / ++step;
            }

            Console.WriteLine($"Epoch {epoch}: {mean:F4}");
            foreach (var word in new[] { "king", "river", "two" })
                Console.WriteLine($"  {word}: {string.Join(", ", Nearest(model, corpus, word))}");
        }
    }

    private static IEnumerable<string> Nearest(SkipGram model, Corpus corpus, string word)
    {
        var number = Array.IndexOf(corpus.Words, word);
        if (number < 0)
            return [];
        using var scope = NewDisposeScope();
        var vectors = model.Vectors;
        var (_, indices) = vectors.matmul(vectors[number]).topk(6, 0);
        return indices.cpu().data<long>().Skip(1).Select(index => corpus.Words[index]).ToArray();
    }
}
