using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.utils.data;

namespace Plants
{
    public class PlantDataset : Dataset
    {
        private readonly List<(float[] Measures, long Kind)> _plants = new();

        public PlantDataset(int count, int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < count; i++)
            {
                long kind = random.Next(3);
                float size = 1 + kind + 0.6f * (random.NextSingle() - 0.5f);
                _plants.Add((new[] { size, size * (0.3f + 0.1f * kind), random.NextSingle(), size + random.NextSingle() }, kind));
            }
        }

        public override long Count => _plants.Count;

        public override Dictionary<string, Tensor> GetTensor(long index)
        {
            var (measures, kind) = _plants[(int)index];
            return new Dictionary<string, Tensor>
            {
                ["measures"] = tensor(measures),
                ["kind"] = tensor(kind),
            };
        }
    }

    public class PlantModel : Module<Tensor, Tensor>
    {
        private readonly Linear _hidden;
        private readonly Linear _output;

        public PlantModel() : base("plants")
        {
            _hidden = Linear(4, 24);
            _output = Linear(24, 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => _output.call(functional.relu(_hidden.call(x)));
    }

    /// <summary>Stops when there is nothing more to gain, and keeps the weights of the best epoch.</summary>
    public class EarlyStopper : IDisposable
    {
        private readonly int _patience;
        private readonly double _minimum;
        private Dictionary<string, Tensor>? _best;
        private int _stale;

        public EarlyStopper(int patience, double minimum)
        {
            _patience = patience;
            _minimum = minimum;
        }

        public double Best { get; private set; } = double.MaxValue;

        public bool ShouldStop(double loss, Module model)
        {
            if (loss < Best - _minimum)
            {
                Best = loss;
                _stale = 0;
                Release();
                using var guard = no_grad();
                _best = model.state_dict().ToDictionary(e => e.Key, e => e.Value.clone().DetachFromDisposeScope());
                return false;
            }

            return ++_stale >= _patience;
        }

        public void Restore(Module model)
        {
            if (_best != null)
                model.load_state_dict(_best);
        }

        public void Dispose() => Release();

        private void Release()
        {
            if (_best == null)
                return;
            foreach (var tensor in _best.Values)
                tensor.Dispose();
            _best = null;
        }
    }

    internal class Program
    {
        private static readonly Device Device = cuda.is_available() ? CUDA : CPU;

        private static void Main(string[] args)
        {
            manual_seed(7);
            using var trainData = new PlantDataset(600, 1);
            using var testData = new PlantDataset(150, 2);
            using var trainLoader = new DataLoader(trainData, 32, shuffle: true, device: Device);
            using var testLoader = new DataLoader(testData, 150, shuffle: false, device: Device);

            var model = new PlantModel();
            model.to(Device);
            var lossFunction = CrossEntropyLoss();
            var optimizer = optim.SGD(model.parameters(), 0.05, momentum: 0.9);
            using var stopper = new EarlyStopper(patience: 3, minimum: 1e-3);
            for (int epoch = 1; epoch <= 15; epoch++)
            {
                double trainLoss = Train(model, trainLoader, lossFunction, optimizer);
                var (testLoss, accuracy) = Test(model, testLoader, lossFunction);
                Console.WriteLine($"Epoch {epoch}: {trainLoss:F4} / {testLoss:F4}, {accuracy:P1}");
                if (stopper.ShouldStop(testLoss, model))
                {
                    Console.WriteLine("Nothing more to gain.");
                    break;
                }
            }

            stopper.Restore(model);
            Console.WriteLine($"Best loss {stopper.Best:F4}, accuracy {Test(model, testLoader, lossFunction).Accuracy:P1}");
        }

        private static double Train(PlantModel model, DataLoader loader, CrossEntropyLoss lossFunction, optim.Optimizer optimizer)
        {
            model.train();
            double total = 0;
            int batches = 0;
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                using var prediction = model.call(batch["measures"]);
                using var loss = lossFunction.call(prediction, batch["kind"]);
                loss.backward();
                optimizer.step();
                total += loss.item<float>();
                batches++;
            }

            return total / batches;
        }

        private static (double Loss, double Accuracy) Test(PlantModel model, DataLoader loader, CrossEntropyLoss lossFunction)
        {
            model.eval();
            double loss = 0;
            long right = 0, count = 0;
            using (no_grad())
            {
                foreach (var batch in loader)
                {
                    using var scope = NewDisposeScope();
                    var prediction = model.call(batch["measures"]);
                    loss += lossFunction.call(prediction, batch["kind"]).item<float>() * prediction.shape[0];
                    right += prediction.argmax(1).eq(batch["kind"]).sum().item<long>();
                    count += prediction.shape[0];
                }
            }

            return (loss / count, (double)right / count);
        }
    }
}
