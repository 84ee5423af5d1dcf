using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MicroBatches
{
    public class Settings
    {
        public int MicroBatchSize { get; init; } = 8;
        public int AccumulationSteps { get; init; } = 8;
        public int Epochs { get; init; } = 4;
        public double MaxNorm { get; init; } = 1.0;
    }

    public class AttentionPool : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _score;
        private readonly Linear _value;

        public AttentionPool(int dim) : base("pool")
        {
            _score = nn.Linear(dim, 1);
            _value = nn.Linear(dim, dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor sequence)
        {
            var weights = nn.functional.softmax(_score.call(sequence), 1);
            return (weights * _value.call(sequence)).sum(1);
        }
    }

    public class SensorModel : nn.Module<Tensor, Tensor>
    {
        private readonly LSTM _lstm;
        private readonly AttentionPool _pool;
        private readonly Linear _output;

        public SensorModel(int channels, int hidden, int classes) : base("sensors")
        {
            _lstm = nn.LSTM(channels, hidden, batchFirst: true);
            _pool = new AttentionPool(hidden);
            _output = nn.Linear(hidden, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (states, _, _) = _lstm.call(input);
            return _output.call(_pool.call(states));
        }
    }

    public class AccumulatingTrainer
    {
        private readonly SensorModel _model;
        private readonly optim.Optimizer _optimizer;
        private readonly Settings _settings;
        private readonly Random _rng = new(10);

        public AccumulatingTrainer(SensorModel model, Settings settings)
        {
            _model = model;
            _settings = settings;
            _optimizer = optim.AdamW(model.parameters(), 2e-3, weight_decay: 0.02);
        }

        public void Train(IReadOnlyList<(float[] Signal, long Label)> data, int length)
        {
            for (int epoch = 0; epoch < _settings.Epochs; epoch++)
            {
                _model.train();
                int micro = 0, updates = 0;
                double sum = 0;
                ClearGradients();
                foreach (var chunk in data.OrderBy(_ => _rng.Next()).Chunk(_settings.MicroBatchSize))
                {
                    sum += Accumulate(chunk, length) * chunk.Length;
                    if (++micro % _settings.AccumulationSteps == 0)
                    {
                        Apply();
                        updates++;
                    }
                }

                // What is left over from the last round.
                if (micro % _settings.AccumulationSteps != 0)
                {
                    Apply();
                    updates++;
                }

                Console.WriteLine($"Epoch {epoch}: {sum / data.Count:F4} after {updates} updates");
            }
        }

        private float Accumulate((float[] Signal, long Label)[] chunk, int length)
        {
            using var scope = NewDisposeScope();
            var signals = tensor(chunk.SelectMany(c => c.Signal).ToArray()).view(chunk.Length, length, -1);
            var labels = tensor(chunk.Select(c => c.Label).ToArray());
            var loss = nn.functional.cross_entropy(_model.call(signals), labels);
            (loss / _settings.AccumulationSteps).backward();
            return loss.item<float>();
        }

        private void Apply()
        {
            nn.utils.clip_grad_norm_(_model.parameters(), _settings.MaxNorm);
            _optimizer.step();
            ClearGradients();
        }

        private void ClearGradients()
        {
            foreach (var parameter in _model.parameters())
            {
                parameter.grad?.Dispose();
                parameter.grad = null;
            }
        }
    }

    public static class Program
    {
        private const int Length = 30;
        private const int Channels = 3;

        public static void Main(string[] args)
        {
            random.manual_seed(77);
            var settings = new Settings { Epochs = args.Length > 0 ? int.Parse(args[0]) : 4 };
            var model = new SensorModel(Channels, hidden: 32, classes: 3);
            var data = Generate(900, 3);
            new AccumulatingTrainer(model, settings).Train(data, Length);

            model.eval();
            using (inference_mode())
            using (NewDisposeScope())
            {
                var held = Generate(150, 4);
                var signals = tensor(held.SelectMany(h => h.Signal).ToArray()).view(held.Count, Length, Channels);
                var guesses = model.call(signals).argmax(1).data<long>().ToArray();
                Console.WriteLine($"Right: {guesses.Zip(held, (g, h) => g == h.Label).Average(right => right ? 1.0 : 0.0):P1}");
            }
        }

        // Walking, running or standing, by how fast the signal swings.
        private static List<(float[] Signal, long Label)> Generate(int count, int seed)
        {
            var random = new Random(seed);
            var samples = new List<(float[], long)>();
            for (int i = 0; i < count; i++)
            {
                long label = random.Next(3);
                double speed = 0.1 + 0.35 * label, phase = random.NextDouble() * 6;
                var signal = new float[Length * Channels];
                for (int j = 0; j < signal.Length; j++)
                    signal[j] = (float)(Math.Sin(phase + speed * (j / Channels) + j % Channels) + random.NextDouble() - 0.5);
                samples.Add((signal, label));
            }

            return samples;
        }
    }
}
