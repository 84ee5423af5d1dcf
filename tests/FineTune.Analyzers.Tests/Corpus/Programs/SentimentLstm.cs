using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sentiment
{
    public class SentimentNetwork : Module<Tensor, Tensor>
    {
        private readonly Embedding embedding;
        private readonly LSTM lstm;
        private readonly Dropout dropout;
        private readonly Linear decoder;

        public SentimentNetwork(int vocabulary, int embeddingSize, int hiddenSize)
            : base(nameof(SentimentNetwork))
        {
            embedding = Embedding(vocabulary, embeddingSize, padding_idx: 0);
            lstm = LSTM(embeddingSize, hiddenSize, numLayers: 2, batchFirst: true, bidirectional: true);
            dropout = Dropout(0.4);
            decoder = Linear(2 * hiddenSize, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor tokens)
        {
            using var scope = NewDisposeScope();
            var embedded = dropout.call(embedding.call(tokens));
            var (states, _, _) = lstm.call(embedded);
            var pooled = states.max(1).values;
            return decoder.call(pooled).squeeze(1).MoveToOuterDisposeScope();
        }
    }

    public class Review
    {
        public long[] Tokens { get; set; } = Array.Empty<long>();
        public float Label { get; set; }
    }

    public class Trainer
    {
        private readonly SentimentNetwork network;
        private readonly optim.Optimizer optimizer;
        private readonly Module<Tensor, Tensor, Tensor> loss = BCEWithLogitsLoss();
        private readonly Device device;

        public Trainer(SentimentNetwork network, Device device, double learningRate)
        {
            this.network = network.to(device);
            this.device = device;
            optimizer = optim.AdamW(this.network.parameters(), learningRate, weight_decay: 0.01);
        }

        public double TrainEpoch(IEnumerable<Review[]> batches)
        {
            network.train();
            var total = 0.0;
            var count = 0;
            foreach (var batch in batches)
            {
                using var scope = NewDisposeScope();
                var (tokens, labels) = ToTensors(batch);
                var output = loss.call(network.call(tokens), labels);
                optimizer.zero_grad();
                output.backward();
                nn.utils.clip_grad_norm_(network.parameters(), 5.0);
                optimizer.step();
                total += output.ToDouble();
                count++;
            }

            return total / Math.Max(count, 1);
        }

        public (double Loss, double Accuracy) Evaluate(IEnumerable<Review[]> batches)
        {
            network.eval();
            double total = 0,
                correct = 0,
                seen = 0;
            using (no_grad())
            {
                foreach (var batch in batches)
                {
                    using var scope = NewDisposeScope();
                    var (tokens, labels) = ToTensors(batch);
                    var logits = network.call(tokens);
                    total += loss.call(logits, labels).ToDouble() * batch.Length;
                    correct += logits.gt(0).eq(labels.to(ScalarType.Bool)).sum().ToInt64();
                    seen += batch.Length;
                }
            }

            return (total / seen, correct / seen);
        }

        private (Tensor Tokens, Tensor Labels) ToTensors(Review[] batch)
        {
            var length = batch.Max(review => review.Tokens.Length);
            var tokens = zeros(new long[] { batch.Length, length }, dtype: ScalarType.Int64);
            for (var i = 0; i < batch.Length; i++)
                tokens[i].narrow(0, 0, batch[i].Tokens.Length).copy_(tensor(batch[i].Tokens));
            return (tokens.to(device), tensor(batch.Select(review => review.Label).ToArray()).to(device));
        }
    }

    public static class Program
    {
        public static void Main(string[] args)
        {
            var reviews = Directory.EnumerateFiles("imdb", "*.txt").Select(Read).ToList();
            var split = reviews.Count * 9 / 10;
            var trainer = new Trainer(new SentimentNetwork(20_000, 128, 256), cuda.is_available() ? CUDA : CPU, 1e-3);
            var patience = 3;
            var best = double.MaxValue;
            for (var epoch = 0; epoch < 20 && patience > 0; epoch++)
            {
                var trained = trainer.TrainEpoch(reviews.Take(split).OrderBy(_ => Guid.NewGuid()).Chunk(32));
                var (loss, accuracy) = trainer.Evaluate(reviews.Skip(split).Chunk(64));
                Console.WriteLine($"{epoch, 3}  train {trained:F4}  validation {loss:F4}  accuracy {accuracy:P1}");
                patience = loss < best ? 3 : patience - 1;
                best = Math.Min(best, loss);
            }
        }

        private static Review Read(string path) =>
            new()
            {
                Label = path.Contains("_pos", StringComparison.Ordinal) ? 1 : 0,
                Tokens = File.ReadAllText(path)
                    .Split(' ')
                    .Take(400)
                    .Select(word => (long)(Math.Abs(word.GetHashCode()) % 19_999 + 1))
                    .ToArray(),
            };
    }
}
