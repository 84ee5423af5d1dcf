using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// News in four classes, by the mean of the embeddings of their words.
const int EmbeddingSize = 64;
const int BatchSize = 128;
const int Epochs = 8;

var device = cuda.is_available() ? CUDA : CPU;
var train = ReadNews("ag_news/train.csv");
var test = ReadNews("ag_news/test.csv");
var vocabulary = new Vocabulary(train.SelectMany(news => news.Words), minimum: 5);

var model = new NewsClassifier(vocabulary.Count, EmbeddingSize, 4).to(device);
var loss = CrossEntropyLoss();
var optimizer = optim.SGD(model.parameters(), 5.0);
var scheduler = optim.lr_scheduler.StepLR(optimizer, 1, 0.2);

double? best = null;
foreach (var epoch in Enumerable.Range(1, Epochs))
{
    TrainEpoch(epoch);
    var accuracy = Evaluate(test);
    Console.WriteLine($"Epoch {epoch}: accuracy {accuracy:P2}");
    if (best is not null && accuracy < best)
        scheduler.step();
    else
        best = accuracy;
}

void TrainEpoch(int epoch)
{
    model.train();
    double seen = 0, right = 0;
    var steps = 0;
    foreach (var batch in train.OrderBy(_ => Random.Shared.Next()).Chunk(BatchSize))
    {
        using var scope = NewDisposeScope();
        var (labels, words, offsets) = Collate(batch);
        optimizer.zero_grad();
        var predicted = model.call(words, offsets);
        var l = loss.call(predicted, labels);
        l.backward();
        nn.utils.clip_grad_norm_(model.parameters(), 0.1);
        optimizer.step();
        right += predicted.argmax(1).eq(labels).sum().item<long>();
        seen += batch.Length;
        if (++steps % 500 == 0)
        {
            Console.WriteLine($"  epoch {epoch}, step {steps}: {right / seen:P1}");
            seen = right = 0;
        }
    }
}

double Evaluate(IReadOnlyList<News> news)
{
    model.eval();
    using var _ = no_grad();
    double right = 0;
    foreach (var batch in news.Chunk(BatchSize))
    {
        using var scope = NewDisposeScope();
        var (labels, words, offsets) = Collate(batch);
        right += model.call(words, offsets).argmax(1).eq(labels).sum().item<long>();
    }

    return right / news.Count;
}

(Tensor Labels, Tensor Words, Tensor Offsets) Collate(News[] batch)
{
    var labels = tensor(batch.Select(news => (long)news.Label).ToArray(), device: device);
    var words = new List<long>();
    var offsets = new List<long>();
    foreach (var news in batch)
    {
        offsets.Add(words.Count);
        words.AddRange(news.Words.Select(word => (long)vocabulary[word]));
    }

    return (labels, tensor(words.ToArray(), device: device), tensor(offsets.ToArray(), device: device));
}

static List<News> ReadNews(string path)
{
    var news = new List<News>();
    foreach (var line in File.ReadLines(path))
    {
        var columns = line.Split(',', 2);
        if (columns.Length < 2 || !int.TryParse(columns[0].Trim('"'), out var label))
            continue;
        news.Add(new(label - 1, columns[1].ToLowerInvariant().Split([' ', ',', '.', '"'], StringSplitOptions.RemoveEmptyEntries)));
    }

    return news;
}

internal sealed record News(int Label, string[] Words);

internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> numbers = new() { ["<unk>"] = 0 };

    public Vocabulary(IEnumerable<string> words, int minimum)
    {
        foreach (var group in words.GroupBy(word => word).Where(group => group.Count() >= minimum))
            numbers[group.Key] = numbers.Count;
    }

    public int Count => numbers.Count;

    public int this[string word] => numbers.TryGetValue(word, out var number) ? number : 0;
}

internal sealed class NewsClassifier : Module<Tensor, Tensor, Tensor>
{
    private readonly EmbeddingBag embedding;
    private readonly Linear fc;

    public NewsClassifier(long words, long size, long classes)
        : base("news")
    {
        embedding = EmbeddingBag(words, size, sparse: false);
        fc = Linear(size, classes);
        init.uniform_(embedding.weight!, -0.5, 0.5);
        init.uniform_(fc.weight!, -0.5, 0.5);
        init.zeros_(fc.bias!);
        RegisterComponents();
    }

    public override Tensor forward(Tensor words, Tensor offsets) => fc.call(embedding.call(words, offsets));
}
