using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradientPenalty
{
    public class SeriesGenerator : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential _layers;

        public SeriesGenerator(int latent, int length) : base("generator")
        {
            _layers = nn.Sequential(
                nn.Linear(latent, 48), nn.ReLU(),
                nn.Linear(48, 48), nn.ReLU(),
                nn.Linear(48, length));
            Latent = latent;
            RegisterComponents();
        }

        public int Latent { get; }

        public override Tensor forward(Tensor noise) => _layers.call(noise);
    }

    public class SeriesCritic : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _fc1;
        private readonly Linear _fc2;
        private readonly Linear _out;

        public SeriesCritic(int length) : base("critic")
        {
            _fc1 = nn.Linear(length, 48);
            _fc2 = nn.Linear(48, 48);
            _out = nn.Linear(48, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor series)
        {
            Tensor x = nn.functional.leaky_relu(_fc1.call(series), 0.2);
            x = nn.functional.leaky_relu(_fc2.call(x), 0.2);
            return _out.call(x).squeeze(1);
        }
    }

    public class PenaltyGan
    {
        private const int CriticSteps = 4;
        private const double PenaltyWeight = 10;

        private readonly SeriesGenerator _generator;
        private readonly SeriesCritic _critic;
        private readonly optim.Optimizer _generatorOptimizer;
        private readonly optim.Optimizer _criticOptimizer;
        private readonly Func<int, Tensor> _source;

        public PenaltyGan(SeriesGenerator generator, SeriesCritic critic, Func<int, Tensor> source)
        {
            _generator = generator;
            _critic = critic;
            _source = source;
            _generatorOptimizer = optim.Adam(generator.parameters(), 5e-4, beta1: 0.5, beta2: 0.9);
            _criticOptimizer = optim.Adam(critic.parameters(), 5e-4, beta1: 0.5, beta2: 0.9);
        }

        public IEnumerable<(float Distance, float Generator)> Train(int iterations, int batchSize)
        {
            for (int i = 0; i < iterations; i++)
            {
                float distance = 0;
                for (int k = 0; k < CriticSteps; k++)
                    distance += CriticStep(batchSize) / CriticSteps;
                yield return (distance, GeneratorStep(batchSize));
            }
        }

        public Tensor Generate(int count)
        {
            using var guard = no_grad();
            using var noise = randn(count, _generator.Latent);
            return _generator.call(noise);
        }

        private float CriticStep(int batchSize)
        {
            using var scope = NewDisposeScope();
            Tensor real = _source(batchSize);
            Tensor fake = Generate(batchSize);
            Tensor distance = _critic.call(real).mean() - _critic.call(fake).mean();
            Tensor loss = PenaltyWeight * Penalty(real, fake) - distance;
            _criticOptimizer.zero_grad();
            loss.backward();
            _criticOptimizer.step();
            return distance.item<float>();
        }

        private float GeneratorStep(int batchSize)
        {
            using var scope = NewDisposeScope();
            Tensor loss = -_critic.call(_generator.call(randn(batchSize, _generator.Latent))).mean();
            _generatorOptimizer.zero_grad();
            loss.backward();
            _generatorOptimizer.step();
            return loss.item<float>();
        }

        // Between what is real and what is not the critic is to rise by one.
        private Tensor Penalty(Tensor real, Tensor fake)
        {
            Tensor share = rand(real.shape[0], 1);
            Tensor between = (share * real + (1 - share) * fake).detach();
            between.requires_grad = true;
            Tensor verdict = _critic.call(between).sum();
            Tensor slope = autograd.grad(new[] { verdict }, new[] { between }, retain_graph: true, create_graph: true)[0];
            return ((slope.pow(2).sum(1) + 1e-12).sqrt() - 1).pow(2).mean();
        }
    }

    public static class Program
    {
        private const int Length = 16;

        public static void Main(string[] args)
        {
            random.manual_seed(12);
            int iterations = args.Length > 0 ? int.Parse(args[0]) : 600;
            var gan = new PenaltyGan(new SeriesGenerator(4, Length), new SeriesCritic(Length), Waves);
            var recent = new Queue<float>();
            int number = 0;
            foreach (var (distance, _) in gan.Train(iterations, 64))
            {
                recent.Enqueue(distance);
                if (recent.Count > 50)
                    recent.Dequeue();
                if (++number % 200 == 0)
                    Console.WriteLine($"{number}: distance {recent.Average():F4}");
            }

            using Tensor made = gan.Generate(200);
            using Tensor real = Waves(200);
            Console.WriteLine($"Deviation {made.std().item<float>():F3}, of the real ones {real.std().item<float>():F3}");
        }

        private static Tensor Waves(int count)
        {
            using var scope = NewDisposeScope();
            Tensor time = arange(Length, dtype: ScalarType.Float32).unsqueeze(0);
            Tensor waves = (0.5 + 0.5 * rand(count, 1)) * (time * 0.5 + 6 * rand(count, 1)).sin();
            return waves.MoveToOuterDisposeScope();
        }
    }
}
