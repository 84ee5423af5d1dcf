using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GestureStudio
{
    public class GestureNet : nn.Module<Tensor, Tensor>
    {
        private readonly Conv1d conv1;
        private readonly BatchNorm1d bn1;
        private readonly Conv1d conv2;
        private readonly BatchNorm1d bn2;
        private readonly Dropout dropout;
        private readonly Linear fc;

        public GestureNet(int axes, int gestures) : base("GestureNet")
        {
            conv1 = nn.Conv1d(axes, 16, 5, padding: 2);
            bn1 = nn.BatchNorm1d(16);
            conv2 = nn.Conv1d(16, 32, 5, padding: 2);
            bn2 = nn.BatchNorm1d(32);
            dropout = nn.Dropout(0.3);
            fc = nn.Linear(32, gestures);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var x1 = nn.functional.relu(bn1.call(conv1.call(input)));
            using var x2 = nn.functional.relu(bn2.call(conv2.call(x1)));
            using var pooled = x2.mean(new long[] { 2 });
            return fc.call(dropout.call(pooled));
        }
    }

    public class GestureRecorder
    {
        public const int Axes = 3;
        public const int Length = 32;

        public static readonly string[] Gestures = { "circle", "shake", "lift", "rest" };

        private readonly Random _random;

        public GestureRecorder(int seed) => _random = new Random(seed);

        public (Tensor Motions, Tensor Labels) Record(int count)
        {
            var motions = new float[count * Axes * Length];
            var labels = new long[count];
            for (int i = 0; i < count; i++)
            {
                labels[i] = _random.Next(Gestures.Length);
                double phase = _random.NextDouble() * 6;
                for (int axis = 0; axis < Axes; axis++)
                {
                    for (int t = 0; t < Length; t++)
                    {
                        double motion = labels[i] switch
                        {
                            0 => Math.Sin(phase + t * 0.4 + axis * Math.PI / 2),
                            1 => axis == 0 ? Math.Sign(Math.Sin(phase + t * 1.5)) : 0,
                            2 => axis == 2 ? t / (double)Length : 0,
                            _ => 0,
                        };
                        motions[(i * Axes + axis) * Length + t] = (float)(motion + 0.6 * (_random.NextDouble() - 0.5));
                    }
                }
            }

            return (tensor(motions).view(count, Axes, Length), tensor(labels));
        }
    }

    public class GestureTrainer
    {
        private readonly GestureNet _net;
        private readonly Device _device;
        private readonly optim.Optimizer _optimizer;
        private readonly optim.lr_scheduler.LRScheduler _scheduler;

        public event EventHandler<string>? Progressed;

        public GestureTrainer(GestureNet net, double rate)
        {
            _net = net;
            _optimizer = optim.Adam(net.parameters(), rate, weight_decay: 1e-4);
            _scheduler = optim.lr_scheduler.StepLR(_optimizer, 3, 0.5);
            _device = cuda.is_available() ? CUDA : CPU;
            _net.to(_device);
        }

        public Task TrainAsync(GestureRecorder recorder, int epochs) => Task.Run(() =>
        {
            var (motions, labels) = recorder.Record(600);
            var (testMotions, testLabels) = recorder.Record(150);
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                double loss = TrainEpoch(motions, labels);
                _scheduler.step();
                Progressed?.Invoke(this, $"{epoch}/{epochs}: loss {loss:F4}, accuracy {Evaluate(testMotions, testLabels):P1}");
            }
        });

        private double TrainEpoch(Tensor motions, Tensor labels)
        {
            _net.train();
            double sum = 0;
            foreach (Tensor indices in randperm(labels.shape[0]).split(30))
            {
                using var scope = NewDisposeScope();
                Tensor input = motions[indices].to(_device);
                Tensor target = labels[indices].to(_device);
                _optimizer.zero_grad();
                Tensor loss = nn.functional.cross_entropy(_net.call(input), target);
                loss.backward();
                _optimizer.step(); // FT3003
                sum += loss.item<float>() * indices.shape[0];
            }

            return sum / labels.shape[0];
        }

        private double Evaluate(Tensor motions, Tensor labels)
        {
            _net.eval();
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            return _net.call(motions.to(_device)).argmax(1).cpu().eq(labels).to(ScalarType.Float32).mean().item<float>();
        }
    }

    internal static class Program
    {
        private static async Task Main()
        {
            random.manual_seed(5);
            var lines = new List<string>();
            var trainer = new GestureTrainer(new GestureNet(GestureRecorder.Axes, GestureRecorder.Gestures.Length), 3e-3);
            trainer.Progressed += (_, line) => lines.Add(line);
            trainer.Progressed += (_, line) => Console.WriteLine(line);
            await trainer.TrainAsync(new GestureRecorder(9), 6);
            Console.WriteLine($"{lines.Count} epochs, at last {lines.Last()}");
        }
    }
}
