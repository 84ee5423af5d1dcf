using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace NextWordModel;

public sealed class Vocabulary
{
    private readonly Dictionary<string, long> numbers = [];
    private readonly List<string> words = [];

    public int Count => words.Count;

    public string this[long number] => words[(int)number];

    public long Number(string word)
    {
        if (numbers.TryGetValue(word, out var number))
            return number;
        numbers[word] = number = words.Count;
        words.Add(word);
        return number;
    }
}

/// <summary>Looks at a few words and says the next one.</summary>
public sealed class WindowModel : Module<Tensor, Tensor>
{
    public readonly Embedding Words;
    public readonly Sequential Body;
    public readonly Linear Output;

    public WindowModel(long vocabulary, int window, long width)
        : base("window")
    {
        Words = Embedding(vocabulary, width);
        Body = Sequential(Flatten(), Linear(window * width, 2 * width), Tanh(), Dropout(0.1), Linear(2 * width, width));
        Output = Linear(width, vocabulary);
        RegisterComponents();
    }

    public override Tensor forward(Tensor window) => Output.call(Body.call(Words.call(window)));
}

public sealed class WindowTrainer
{
    private readonly WindowModel model;
    private readonly optim.Optimizer optimizer;

    public WindowTrainer(WindowModel model, double rate)
    {
        this.model = model;
        var groups = new List<AdamW.ParamGroup>
        {
            new(model.Words.parameters().ToList(), lr: rate * 2, weight_decay: 0),
            new(model.parameters().ToList(), lr: rate, weight_decay: 0.01),
        };
        optimizer = optim.AdamW(groups); // FT3015
    }

    public double Epoch(IReadOnlyList<(long[] Window, long Next)> samples, Random random)
    {
        model.train();
        var sum = 0.0;
        foreach (var batch in samples.OrderBy(_ => random.Next()).Chunk(32))
        {
            using var scope = NewDisposeScope();
            var windows = tensor(batch.SelectMany(sample => sample.Window).ToArray()).view(batch.Length, -1);
            var loss = functional.cross_entropy(model.call(windows), tensor(batch.Select(sample => sample.Next).ToArray()));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            sum += loss.item<float>() * batch.Length;
        }

        return sum / samples.Count;
    }
}

public static class Program
{
    private const int Window = 3;

    public static void Main(string[] args)
    {
        manual_seed(50);
        var vocabulary = new Vocabulary();
        var text = Story(400).Select(vocabulary.Number).ToArray();
        var samples = Enumerable.Range(0, text.Length - Window).Select(i => (text[i..(i + Window)], text[i + Window])).ToList();
        var model = new WindowModel(vocabulary.Count, Window, 16);
        var trainer = new WindowTrainer(model, 3e-3);
        var random = new Random(2);
        for (var epoch = 1; epoch <= 8; epoch++)
            Console.WriteLine($"{epoch}: perplexity {Math.Exp(trainer.Epoch(samples, random)):F2}");

        Console.WriteLine(string.Join(' ', Write(model, text[..Window], 20).Select(number => vocabulary[number])));
    }

    private static IEnumerable<long> Write(WindowModel model, long[] start, int count)
    {
        model.eval();
        var written = start.ToList();
        for (var i = 0; i < count; i++)
            written.Add(Next(model, written.TakeLast(Window).ToArray()));
        return written;
    }

    private static long Next(WindowModel model, long[] window)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var probabilities = functional.softmax(model.call(tensor(window).unsqueeze(0)) / 0.7, 1);
        return multinomial(probabilities, 1).item<long>();
    }

    private static IEnumerable<string> Story(int sentences)
    {
        var random = new Random(1);
        string[] people = ["the miller", "a fox", "her brother", "the old king"];
        string[] deeds = ["found", "sold", "hid", "forgot"];
        string[] things = ["a golden ring", "the last loaf", "his boots", "a letter"];
        return Enumerable.Range(0, sentences).SelectMany(_ =>
            $"{people[random.Next(4)]} {deeds[random.Next(4)]} {things[random.Next(4)]} .".Split(' '));
    }
}
