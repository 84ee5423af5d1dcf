using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace WeatherBalloon
{
    public class DriftNet : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _fc1;
        private readonly Linear _fc2;
        private readonly Linear _fc3;

        public DriftNet() : base("DriftNet")
        {
            _fc1 = nn.Linear(5, 40);
            _fc2 = nn.Linear(40, 40);
            _fc3 = nn.Linear(40, 2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = nn.functional.leaky_relu(_fc1.forward(x), 0.01);
            x = nn.functional.leaky_relu(_fc2.forward(x), 0.01);
            return _fc3.forward(x);
        }
    }

    public abstract class TrainerBase
    {
        protected TrainerBase(DriftNet net, double learningRate)
        {
            Net = net;
            Optimizer = optim.Adam(net.parameters(), lr: learningRate);
        }

        protected DriftNet Net { get; }

        protected optim.Optimizer Optimizer { get; }

        public void Run(int epochs)
        {
            for (int epoch = 0; epoch < epochs; epoch++)
            {
                BeforeEpoch(epoch);
                RunEpoch();
                AfterEpoch(epoch);
            }
        }

        protected abstract void RunEpoch();

        protected virtual void BeforeEpoch(int epoch) => Net.train();

        protected virtual void AfterEpoch(int epoch)
        {
        }
    }

    public class DriftTrainer : TrainerBase
    {
        private readonly Tensor _inputs;
        private readonly Tensor _drifts;
        private readonly int _batchSize;
        private Tensor _epochLoss = zeros(1);
        private long _batches;

        public DriftTrainer(DriftNet net, Tensor inputs, Tensor drifts, int batchSize) : base(net, 2e-3)
        {
            _inputs = inputs;
            _drifts = drifts;
            _batchSize = batchSize;
        }

        public List<float> History { get; } = new List<float>();

        protected override void BeforeEpoch(int epoch)
        {
            base.BeforeEpoch(epoch);
            _epochLoss = zeros(1);
            _batches = 0;
        }

        protected override void RunEpoch()
        {
            foreach (Tensor indices in randperm(_inputs.shape[0]).split(_batchSize))
            {
                Tensor input = _inputs.index_select(0, indices);
                Tensor drift = _drifts.index_select(0, indices);
                Optimizer.zero_grad();
                Tensor loss = nn.functional.mse_loss(Net.forward(input), drift);
                loss.backward();
                Optimizer.step();
                _epochLoss += loss; // FT3012
                _batches++;
            }
        }

        protected override void AfterEpoch(int epoch)
        {
            History.Add(_epochLoss.item<float>() / _batches);
            if (epoch % 5 == 4)
                Console.WriteLine($"Epoch {epoch + 1}: {History[^1]:F5}, mean distance {Distance():F3}");
        }

        private float Distance()
        {
            Net.eval();
            using (no_grad())
            using (NewDisposeScope())
            {
                Tensor miss = (Net.forward(_inputs) - _drifts).norm(1);
                return miss.mean().item<float>();
            }
        }
    }

    internal class Program
    {
        private static void Main(string[] args)
        {
            torch.manual_seed(2002);
            int count = args.Length > 0 ? int.Parse(args[0]) : 800;
            var (inputs, drifts) = Flights(count);
            var trainer = new DriftTrainer(new DriftNet(), inputs, drifts, batchSize: 32);
            trainer.Run(20);
            Console.WriteLine($"From {trainer.History.First():F4} to {trainer.History.Last():F4}");
        }

        // Wind at two heights, its direction, and how long the balloon is up.
        private static (Tensor Inputs, Tensor Drifts) Flights(int count)
        {
            using var scope = NewDisposeScope();
            Tensor inputs = rand(count, 5);
            Tensor speed = inputs.select(1, 0) + inputs.select(1, 1);
            Tensor angle = inputs.select(1, 2) * 2 * Math.PI + 0.5 * inputs.select(1, 3);
            Tensor time = inputs.select(1, 4);
            Tensor drifts = stack(new[] { speed * time * angle.cos(), speed * time * angle.sin() }, 1);
            return scope.MoveToOuter(inputs, drifts);
        }
    }
}
