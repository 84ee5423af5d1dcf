using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ChessEvaluator
{
    /// <summary>Says of a position who is better, by its pieces.</summary>
    public class PositionNet : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential _pieces;
        private readonly Sequential _value;

        public PositionNet() : base(nameof(PositionNet))
        {
            _pieces = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU());
            _value = nn.Sequential(nn.Linear(32, 1), nn.Tanh());
            RegisterComponents();
        }

        public Sequential Pieces => _pieces;

        public override Tensor forward(Tensor counts) => _value.call(_pieces.call(counts)).squeeze(1);
    }

    public class EvaluatorTrainer
    {
        private readonly PositionNet _net;
        private readonly Device _device;
        private optim.Optimizer _optimizer = null!;
        private optim.lr_scheduler.LRScheduler _scheduler = null!;
        private double _rate;

        public EvaluatorTrainer(PositionNet net, double rate)
        {
            _net = net;
            _rate = rate;
            _device = cuda.is_available() ? CUDA : CPU;
            ResetOptimizer();
            MoveTo(_device);
        }

        public void Fit(IReadOnlyList<Position> positions, int epochs)
        {
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                double sum = 0;
                foreach (Position[] batch in positions.OrderBy(_ => Random.Shared.Next()).Chunk(50))
                    sum += TrainStep(batch) * batch.Length;
                _scheduler.step();
                Console.WriteLine($"Epoch {epoch}: {sum / positions.Count:F4}");
            }
        }

        public void FreezePieces()
        {
            foreach (var p in _net.Pieces.parameters())
                p.requires_grad = false;
            ResetOptimizer();
        }

        public void UnfreezePieces(double rate)
        {
            foreach (var p in _net.Pieces.parameters())
                p.requires_grad = true;
            _rate = rate;
            ResetOptimizer();
        }

        public double Agreement(IReadOnlyList<Position> positions)
        {
            bool training = _net.training;
            _net.eval();
            try
            {
                using var guard = no_grad();
                using var scope = NewDisposeScope();
                var (counts, results) = Collate(positions);
                return _net.call(counts).sign().eq(results.sign()).to(ScalarType.Float32).mean().item<float>();
            }
            finally
            {
                _net.train(training);
            }
        }

        private void MoveTo(Device device)
        {
            _net.to(device);
            ResetOptimizer();
        }

        private void ResetOptimizer()
        {
            var trainable = _net.parameters().Where(p => p.requires_grad).ToList();
            _optimizer = optim.Adam(trainable, _rate, weight_decay: 1e-4);
            _scheduler = optim.lr_scheduler.StepLR(_optimizer, 4, 0.5);
        }

        private float TrainStep(Position[] batch)
        {
            using var scope = NewDisposeScope();
            _net.train();
            var (counts, results) = Collate(batch);
            Tensor loss = nn.functional.mse_loss(_net.call(counts), results);
            loss.backward();
            _optimizer.step();
            _optimizer.zero_grad();
            return loss.item<float>();
        }

        private (Tensor Counts, Tensor Results) Collate(IReadOnlyCollection<Position> positions) => (
            tensor(positions.SelectMany(p => p.Counts).ToArray(), device: _device).view(positions.Count, 12),
            tensor(positions.Select(p => p.Result).ToArray(), device: _device));
    }

    public readonly record struct Position(float[] Counts, float Result)
    {
        private static readonly float[] Worth = { 1, 3, 3, 5, 9, 0 };

        public static Position Draw(Random random)
        {
            var counts = Enumerable.Range(0, 12).Select(i => (float)random.Next(i % 6 == 0 ? 9 : 3)).ToArray();
            float balance = Enumerable.Range(0, 6).Sum(i => Worth[i] * (counts[i] - counts[i + 6]));
            return new Position(counts, MathF.Tanh(balance / 10));
        }
    }

    public static class Program
    {
        public static void Main(string[] args)
        {
            random.manual_seed(64);
            var dice = new Random(1);
            var positions = Enumerable.Range(0, 1000).Select(_ => Position.Draw(dice)).ToList();
            var held = Enumerable.Range(0, 200).Select(_ => Position.Draw(dice)).ToList();
            var net = new PositionNet();
            var trainer = new EvaluatorTrainer(net, 3e-3);
            if (args.Length > 0)
            {
                net.load(args[0]);
                trainer.FreezePieces();
                trainer.Fit(positions, 2);
                trainer.UnfreezePieces(1e-3);
            }

            trainer.Fit(positions, 6);
            Console.WriteLine($"Agrees on {trainer.Agreement(held):P1} of the positions.");
        }
    }
}
