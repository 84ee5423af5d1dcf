using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Spam
{
    public class Message
    {
        public required string Text { get; init; }

        public required bool IsSpam { get; init; }
    }

    public class HashingVectorizer
    {
        private readonly int _size;

        public HashingVectorizer(int size) => _size = size;

        public float[] Transform(string text)
        {
            var vector = new float[_size];
            foreach (string word in text.Split(' '))
            {
                uint hash = 2166136261;
                foreach (char c in word)
                    hash = (hash ^ c) * 16777619;
                vector[hash % _size] += 1;
            }

            return vector;
        }
    }

    public class SpamNet : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _hidden;
        private readonly Dropout _dropout;
        private readonly Linear _output;

        public SpamNet(int inputs) : base("spam")
        {
            _hidden = nn.Linear(inputs, 24);
            _dropout = nn.Dropout(0.2);
            _output = nn.Linear(24, 2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var hidden = _dropout.forward(nn.functional.relu(_hidden.forward(input)));
            return nn.functional.softmax(_output.forward(hidden), 1);
        }
    }

    public static class Program
    {
        private static readonly HashingVectorizer Vectorizer = new HashingVectorizer(128);
        private static readonly SpamNet Net = new SpamNet(128);

        public static void Main(string[] args)
        {
            random.manual_seed(2);
            var messages = Write(900).ToList();
            var train = messages.Take(700).ToList();
            var test = messages.Skip(700).ToList();
            Train(train, epochs: 8);

            var (precision, recall) = Evaluate(test);
            Console.WriteLine($"Precision {precision:P1}, recall {recall:P1}");
            foreach (string text in args.DefaultIfEmpty("free money now for the meeting"))
                Console.WriteLine($"{text}: {Probability(text):P0}");
        }

        private static void Train(List<Message> messages, int epochs)
        {
            var optimizer = optim.Adam(Net.parameters(), 5e-3);
            var scheduler = optim.lr_scheduler.StepLR(optimizer, 4, 0.5);
            var shuffle = new Random(4);
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                Net.train();
                double total = 0;
                int batches = 0;
                foreach (Message[] batch in messages.OrderBy(_ => shuffle.Next()).Chunk(35))
                {
                    using var scope = NewDisposeScope();
                    Tensor input = Stack(batch.Select(m => m.Text));
                    Tensor target = tensor(batch.Select(m => m.IsSpam ? 1L : 0L).ToArray());
                    optimizer.zero_grad();
                    Tensor output = Net.forward(input);
                    Tensor loss = nn.functional.cross_entropy(output, target); // FT3016
                    loss.backward();
                    optimizer.step();
                    total += loss.item<float>();
                    batches++;
                }

                scheduler.step();
                Console.WriteLine($"Epoch {epoch}/{epochs}, loss {total / batches:F4}");
            }
        }

        private static (double Precision, double Recall) Evaluate(List<Message> messages)
        {
            var caught = messages.Where(m => Probability(m.Text) > 0.5).ToList();
            double hits = caught.Count(m => m.IsSpam);
            return (hits / Math.Max(1, caught.Count), hits / Math.Max(1, messages.Count(m => m.IsSpam)));
        }

        private static float Probability(string text)
        {
            Net.eval();
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            return Net.forward(Stack(new[] { text }))[0, 1].item<float>();
        }

        private static Tensor Stack(IEnumerable<string> texts) => stack(texts.Select(text => tensor(Vectorizer.Transform(text))));

        private static IEnumerable<Message> Write(int count)
        {
            var random = new Random(9);
            string[] ham = { "meeting", "report", "lunch", "project", "tomorrow", "thanks", "agenda" };
            string[] spam = { "free", "money", "winner", "click", "offer", "urgent", "prize" };
            string[] both = { "the", "for", "you", "now", "and", "please", "today", "is" };
            for (int i = 0; i < count; i++)
            {
                bool isSpam = random.Next(3) == 0;
                var words = Enumerable.Range(0, 10).Select(_ => random.Next(4) switch
                {
                    0 => (isSpam ? spam : ham)[random.Next(7)],
                    1 when random.Next(4) == 0 => (isSpam ? ham : spam)[random.Next(7)],
                    _ => both[random.Next(8)],
                });
                yield return new Message { Text = string.Join(" ", words), IsSpam = isSpam };
            }
        }
    }
}
