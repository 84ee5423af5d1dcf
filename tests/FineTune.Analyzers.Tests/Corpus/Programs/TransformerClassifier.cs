using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TransformerClassifier;

public record TrainerOptions(int Epochs = 6, int BatchSize = 32, double LearningRate = 5e-4, double WeightDecay = 0.01);

public record Metrics(double Loss, double Accuracy)
{
    public override string ToString() => $"loss {Loss:F4}, accuracy {Accuracy:P1}";
}

public class SentenceEncoder : Module<Tensor, Tensor>
{
    private readonly Embedding tokens;
    private readonly Embedding positions;
    private readonly TransformerEncoder encoder;
    private readonly Dropout dropout;
    private readonly Linear classifier;

    public SentenceEncoder(long vocabulary, long length, long width, long classes)
        : base(nameof(SentenceEncoder))
    {
        tokens = Embedding(vocabulary, width);
        positions = Embedding(length, width);
        encoder = TransformerEncoder(TransformerEncoderLayer(width, 4, 4 * width, 0.1), 2);
        dropout = Dropout(0.2);
        classifier = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var place = arange(ids.shape[1], dtype: ScalarType.Int64, device: ids.device);
        var embedded = tokens.call(ids) + positions.call(place);

        // The encoder wants the time first.
        var encoded = encoder.call(embedded.transpose(0, 1), null!, null!).mean([0]);
        return classifier.call(dropout.call(encoded)).MoveToOuterDisposeScope();
    }
}

public class TextDataset
{
    private readonly (long[] Tokens, long Label)[] samples;

    public TextDataset(int count, int seed)
    {
        var random = new Random(seed);
        samples = Enumerable.Range(0, count).Select(_ => Sentence(random)).ToArray();
    }

    public int Count => samples.Length;

    public IEnumerable<(Tensor Tokens, Tensor Labels)> Batches(int size, Random? shuffle = null)
    {
        var order = shuffle is null ? samples : samples.OrderBy(_ => shuffle.Next()).ToArray();
        foreach (var chunk in order.Chunk(size))
        {
            yield return (
                tensor(chunk.SelectMany(sample => sample.Tokens).ToArray()).view(chunk.Length, -1),
                tensor(chunk.Select(sample => sample.Label).ToArray()));
        }
    }

    /// <summary>Whether there are more of the first words than of the last.</summary>
    private static (long[] Tokens, long Label) Sentence(Random random)
    {
        var label = random.Next(2);
        var share = label == 0 ? 0.65 : 0.35;
        var words = Enumerable.Range(0, 24).Select(_ => random.NextInt64(100) + (random.NextDouble() < share ? 0 : 100));
        return (words.ToArray(), label);
    }
}

public class TextTrainer
{
    private readonly SentenceEncoder model;
    private readonly TrainerOptions options;
    private readonly CrossEntropyLoss criterion = CrossEntropyLoss();
    private readonly optim.Optimizer optimizer;
    private readonly Random random = new(8);

    public TextTrainer(SentenceEncoder model, TrainerOptions options)
    {
        this.model = model;
        this.options = options;
        optimizer = optim.AdamW(model.parameters(), options.LearningRate, weight_decay: options.WeightDecay);
        model.train();
    }

    public IReadOnlyList<Metrics> Fit(TextDataset training, TextDataset validation)
    {
        var history = new List<Metrics>();
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var trained = TrainEpoch(training); // FT3014
            var validated = Validate(validation);
            history.Add(validated);
            Console.WriteLine($"Epoch {epoch}: {trained} / {validated}");
        }

        return history;
    }

    public Metrics Validate(TextDataset data)
    {
        model.eval();
        using var guard = no_grad();
        var (loss, right) = (0.0, 0L);
        foreach (var (tokens, labels) in data.Batches(256))
        {
            using var scope = NewDisposeScope();
            var logits = model.call(tokens);
            loss += criterion.call(logits, labels).item<float>() * labels.shape[0];
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }

        return new Metrics(loss / data.Count, (double)right / data.Count);
    }

    private Metrics TrainEpoch(TextDataset data)
    {
        var (loss, right) = (0.0, 0L);
        foreach (var (tokens, labels) in data.Batches(options.BatchSize, random))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var logits = model.call(tokens);
            var error = criterion.call(logits, labels);
            error.backward();
            optimizer.step();
            loss += error.item<float>() * labels.shape[0];
            right += logits.argmax(1).eq(labels).sum().item<long>();
        }

        return new Metrics(loss / data.Count, (double)right / data.Count);
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(4);
        var model = new SentenceEncoder(vocabulary: 200, length: 24, width: 32, classes: 2);
        var trainer = new TextTrainer(model, new TrainerOptions(Epochs: 4));
        var history = trainer.Fit(new TextDataset(1500, 1), new TextDataset(300, 2));
        Console.WriteLine($"Best: {history.MaxBy(metrics => metrics.Accuracy)}");
    }
}
