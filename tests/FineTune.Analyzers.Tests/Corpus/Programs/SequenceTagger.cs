using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tagging
{
    public class TaggerNet : nn.Module<Tensor, Tensor?, (Tensor Logits, Tensor Hidden)>
    {
        private readonly Embedding _embedding;
        private readonly GRU _gru;
        private readonly Linear _output;
        private readonly int _hidden;

        public TaggerNet(int words, int hidden, int tags) : base("tagger")
        {
            _hidden = hidden;
            _embedding = nn.Embedding(words, 24);
            _gru = nn.GRU(24, hidden, batchFirst: true);
            _output = nn.Linear(hidden, tags);
            RegisterComponents();
        }

        public override (Tensor Logits, Tensor Hidden) forward(Tensor tokens, Tensor? hidden)
        {
            if ((bool)(hidden == null)) // FT3013
            {
                hidden = zeros(1, tokens.shape[0], _hidden, device: tokens.device);
            }

            var (states, last) = _gru.call(_embedding.call(tokens), hidden);
            return (_output.call(states), last);
        }
    }

    public class Document
    {
        public required long[] Words { get; init; }

        public required long[] Tags { get; init; }
    }

    public class TaggerTrainer
    {
        private const int Window = 10;
        private readonly TaggerNet _net;
        private readonly optim.Optimizer _optimizer;

        public TaggerTrainer(TaggerNet net)
        {
            _net = net ?? throw new ArgumentNullException(nameof(net));
            _optimizer = optim.Adam(net.parameters(), lr: 5e-3);
        }

        public double Train(IEnumerable<Document[]> batches)
        {
            _net.train();
            var losses = new List<float>();
            foreach (var batch in batches)
                losses.AddRange(TrainWindows(batch));
            return losses.Average();
        }

        public double Test(IEnumerable<Document[]> batches)
        {
            _net.eval();
            using var guard = no_grad();
            long right = 0, all = 0;
            foreach (var batch in batches)
            {
                using var scope = NewDisposeScope();
                var (words, tags) = Stack(batch);
                var (logits, _) = _net.call(words, null);
                right += logits.argmax(2).eq(tags).sum().item<long>();
                all += tags.numel();
            }

            return (double)right / all;
        }

        // Backpropagation through a window at a time; the state goes on, its history does not.
        private IEnumerable<float> TrainWindows(Document[] batch)
        {
            var (words, tags) = Stack(batch);
            var losses = new List<float>();
            Tensor? hidden = null;
            for (long start = 0; start < words.shape[1]; start += Window)
            {
                long length = Math.Min(Window, words.shape[1] - start);
                var (logits, next) = _net.call(words.narrow(1, start, length), hidden);
                Tensor loss = nn.functional.cross_entropy(logits.flatten(0, 1), tags.narrow(1, start, length).flatten());
                _optimizer.zero_grad();
                loss.backward();
                _optimizer.step();
                losses.Add(loss.item<float>());
                hidden?.Dispose();
                hidden = next.detach();
                loss.Dispose();
            }

            if (hidden is not null)
                hidden.Dispose();
            return losses;
        }

        private static (Tensor Words, Tensor Tags) Stack(Document[] batch)
        {
            var words = tensor(batch.SelectMany(d => d.Words).ToArray()).view(batch.Length, -1);
            var tags = tensor(batch.SelectMany(d => d.Tags).ToArray()).view(batch.Length, -1);
            return (words, tags);
        }
    }

    public static class Program
    {
        public static void Main()
        {
            random.manual_seed(15);
            var trainer = new TaggerTrainer(new TaggerNet(words: 50, hidden: 32, tags: 3));
            var training = Write(320, 1).Chunk(16).ToList();
            var testing = Write(80, 2).Chunk(16).ToList();
            for (int epoch = 1; epoch <= 5; epoch++)
                Console.WriteLine($"Epoch {epoch}: loss {trainer.Train(training):F4}, right {trainer.Test(testing):P1}");
        }

        // A tag depends on the word and on the word before it.
        private static IEnumerable<Document> Write(int count, int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < count; i++)
            {
                long[] words = Enumerable.Range(0, 30).Select(_ => random.NextInt64(50)).ToArray();
                long[] tags = words.Select((word, j) => j > 0 && words[j - 1] < 10 ? 2 : word % 2).ToArray();
                yield return new Document { Words = words, Tags = tags };
            }
        }
    }
}
