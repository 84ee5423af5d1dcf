using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FrozenResNet
{
    /// <summary>A residual network whose body stays as it is, with a head of one's own.</summary>
    public class RoofNet : nn.Module<Tensor, Tensor>
    {
        private readonly ResNet _body;
        private readonly Linear _head;
        private readonly Dropout _dropout;

        public RoofNet(int classes, string? weights) : base("roofs")
        {
            _body = torchvision.models.resnet18(num_classes: 32, weights_file: weights);
            _dropout = nn.Dropout(0.3);
            _head = nn.Linear(32, classes);
            RegisterComponents();
        }

        public ResNet Body => _body;

        public Linear Head => _head;

        public override Tensor forward(Tensor images) => _head.call(_dropout.call(_body.call(images)));
    }

    public class RoofTrainer
    {
        private readonly RoofNet _net;
        private readonly optim.Optimizer _optimizer;
        private readonly Device _device;

        public RoofTrainer(RoofNet net, Device device)
        {
            _device = device;
            _net = net.to(device);
            foreach (var parameter in _net.Body.parameters())
                parameter.requires_grad = false;
            _optimizer = optim.Adam(_net.Head.parameters(), 1e-2);
        }

        public double Train(IEnumerable<(Tensor Images, Tensor Labels)> batches)
        {
            _net.train();

            // The statistics of the body are as frozen as its weights.
            _net.Body.eval();

            var losses = new List<float>();
            foreach (var (images, labels) in batches)
            {
                using var scope = NewDisposeScope();
                _optimizer.zero_grad();
                var loss = nn.functional.cross_entropy(_net.call(images.to(_device)), labels.to(_device));
                loss.backward();
                _optimizer.step();
                losses.Add(loss.item<float>());
            }

            return losses.Average();
        }

        public double Test(IEnumerable<(Tensor Images, Tensor Labels)> batches)
        {
            _net.eval();
            using var guard = no_grad();
            long right = 0, all = 0;
            foreach (var (images, labels) in batches)
            {
                using var scope = NewDisposeScope();
                right += _net.call(images.to(_device)).argmax(1).cpu().eq(labels).sum().item<long>();
                all += labels.shape[0];
            }

            return (double)right / all;
        }
    }

    public static class Program
    {
        private const int Classes = 3;

        public static void Main(string[] args)
        {
            random.manual_seed(1);
            var device = cuda.is_available() ? CUDA : CPU;
            using var net = new RoofNet(Classes, args.FirstOrDefault());
            var before = net.Body.parameters().Select(parameter => parameter.detach().clone()).ToList();
            var trainer = new RoofTrainer(net, device);
            var training = Roofs(6, 16).ToList();
            var testing = Roofs(2, 16).ToList();
            for (int epoch = 1; epoch <= 3; epoch++)
                Console.WriteLine($"Epoch {epoch}: {trainer.Train(training):F4}, {trainer.Test(testing):P1}");

            var unchanged = before.Zip(net.Body.parameters()).All(pair => pair.First.equal(pair.Second.cpu()).all().item<bool>());
            Console.WriteLine(unchanged ? "The body is as it was." : "The body has changed.");
        }

        // Tiles, slate or grass, seen from above.
        private static IEnumerable<(Tensor Images, Tensor Labels)> Roofs(int batches, int size)
        {
            for (int i = 0; i < batches; i++)
            {
                var labels = randint(0, Classes, new long[] { size }, dtype: ScalarType.Int64);
                var channel = nn.functional.one_hot(labels, Classes).to(ScalarType.Float32).view(size, Classes, 1, 1);
                var images = 0.5 * rand(size, 3, 32, 32) + channel;
                yield return (images, labels);
            }
        }
    }
}
