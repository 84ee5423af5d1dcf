using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Words
{
    // Skip-grams with negative sampling; the step is done by hand.
    public class SkipGramModel : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding _centers;
        private readonly Embedding _contexts;

        public SkipGramModel(long vocabulary, long size) : base(nameof(SkipGramModel))
        {
            _centers = nn.Embedding(vocabulary, size);
            _contexts = nn.Embedding(vocabulary, size);
            RegisterComponents();
            using (no_grad())
            {
                nn.init.uniform_(_centers.weight, -0.5 / size, 0.5 / size);
                nn.init.zeros_(_contexts.weight);
            }
        }

        public override Tensor forward(Tensor center, Tensor others)
        {
            Tensor rows = _centers.call(center).unsqueeze(2);
            return bmm(_contexts.call(others), rows).squeeze(2);
        }

        public Tensor Vector(long word) => _centers.weight![word].detach();
    }

    public class Corpus
    {
        private readonly Dictionary<string, int> _index = new Dictionary<string, int>();
        private readonly List<int[]> _sentences = new List<int[]>();

        public Corpus(IEnumerable<string> lines)
        {
            foreach (string line in lines)
            {
                _sentences.Add(line.Split(' ').Select(word =>
                {
                    if (!_index.ContainsKey(word))
                        _index[word] = _index.Count;
                    return _index[word];
                }).ToArray());
            }
        }

        public int Size => _index.Count;

        public int this[string word] => _index[word];

        public IEnumerable<(int Center, int Context)> Pairs(int radius)
        {
            foreach (int[] sentence in _sentences)
            {
                for (int i = 0; i < sentence.Length; i++)
                {
                    for (int j = Math.Max(0, i - radius); j <= Math.Min(sentence.Length - 1, i + radius); j++)
                    {
                        if (i != j)
                            yield return (sentence[i], sentence[j]);
                    }
                }
            }
        }
    }

    public class SkipGramTrainer
    {
        private const int Negatives = 5;
        private readonly SkipGramModel _model;
        private readonly Corpus _corpus;
        private readonly Random _random = new Random(23);

        public SkipGramTrainer(SkipGramModel model, Corpus corpus)
        {
            _model = model;
            _corpus = corpus;
        }

        public double Epoch(float rate, int batchSize)
        {
            double sum = 0;
            int count = 0;
            foreach (var batch in _corpus.Pairs(2).OrderBy(_ => _random.Next()).Chunk(batchSize))
            {
                using (NewDisposeScope())
                {
                    Tensor loss = Loss(batch);
                    ZeroGradients();
                    loss.backward();
                    Descend(rate);
                    sum += loss.item<float>();
                    count++;
                }
            }

            return sum / count;
        }

        private Tensor Loss((int Center, int Context)[] batch)
        {
            Tensor centers = tensor(batch.Select(pair => (long)pair.Center).ToArray());
            long[] others = batch.SelectMany(pair => Enumerable.Range(0, Negatives)
                .Select(_ => _random.NextInt64(_corpus.Size))
                .Prepend(pair.Context)).ToArray();
            Tensor scores = _model.call(centers, tensor(others).view(batch.Length, Negatives + 1));
            Tensor wanted = zeros_like(scores);
            wanted.select(1, 0).fill_(1);
            return nn.functional.binary_cross_entropy_with_logits(scores, wanted) * (Negatives + 1);
        }

        private void ZeroGradients()
        {
            foreach (Parameter parameter in _model.parameters())
                parameter.grad?.zero_();
        }

        private void Descend(float rate)
        {
            using (no_grad())
            {
                foreach (Parameter parameter in _model.parameters())
                {
                    if (parameter.grad is not null)
                        parameter.sub_(rate * parameter.grad);
                }
            }
        }
    }

    internal static class Program
    {
        private static void Main()
        {
            torch.manual_seed(46);
            var corpus = new Corpus(Sentences(500));
            var model = new SkipGramModel(corpus.Size, 12);
            var trainer = new SkipGramTrainer(model, corpus);
            for (int epoch = 0; epoch < 8; epoch++)
            {
                float rate = 4f * (1 - epoch / 8f);
                Console.WriteLine($"Epoch {epoch}: {trainer.Epoch(rate, 100):F4}");
            }

            foreach (var (first, second) in new[] { ("cat", "dog"), ("cat", "train"), ("train", "tram") })
            {
                using var a = model.Vector(corpus[first]);
                using var b = model.Vector(corpus[second]);
                Console.WriteLine($"{first} and {second}: {nn.functional.cosine_similarity(a, b, 0).item<float>():F2}");
            }
        }

        private static IEnumerable<string> Sentences(int count)
        {
            var random = new Random(2);
            string[] animals = { "cat", "dog", "horse", "goat" }, does = { "eats", "sleeps", "drinks", "runs" };
            string[] vehicles = { "train", "tram", "bus", "ship" }, moves = { "departs", "stops", "arrives", "waits" };
            for (int i = 0; i < count; i++)
            {
                bool alive = random.Next(2) == 0;
                yield return alive
                    ? $"the {animals[random.Next(4)]} {does[random.Next(4)]} at home"
                    : $"the {vehicles[random.Next(4)]} {moves[random.Next(4)]} in town";
            }
        }
    }
}
