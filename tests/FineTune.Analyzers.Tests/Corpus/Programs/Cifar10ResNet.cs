using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cifar;

internal sealed class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential shortcut;

    public BasicBlock(long inPlanes, long planes, long stride)
        : base("block")
    {
        conv1 = Conv2d(inPlanes, planes, 3, stride, 1, bias: false);
        bn1 = BatchNorm2d(planes);
        conv2 = Conv2d(planes, planes, 3, 1, 1, bias: false);
        bn2 = BatchNorm2d(planes);
        shortcut = stride != 1 || inPlanes != planes
            ? Sequential(("conv", Conv2d(inPlanes, planes, 1, stride, bias: false)), ("bn", BatchNorm2d(planes)))
            : Sequential(("identity", Identity()));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(bn1.call(conv1.call(x)));
        y = bn2.call(conv2.call(y));
        y = y + shortcut.call(x);
        return functional.relu(y);
    }
}

internal sealed class SmallResNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers;
    private long inPlanes = 16;

    public SmallResNet(int[] blocks, int classes)
        : base("resnet")
    {
        var parts = new List<(string, Module<Tensor, Tensor>)>
        {
            ("conv1", Conv2d(3, 16, 3, 1, 1, bias: false)),
            ("bn1", BatchNorm2d(16)),
            ("relu1", ReLU(inplace: true)),
        };
        MakeLayer(parts, 16, blocks[0], 1);
        MakeLayer(parts, 32, blocks[1], 2);
        MakeLayer(parts, 64, blocks[2], 2);
        parts.Add(("avgpool", AdaptiveAvgPool2d(new long[] { 1, 1 })));
        parts.Add(("flatten", Flatten()));
        parts.Add(("linear", Linear(64, classes)));
        layers = Sequential(parts);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.call(input);

    private void MakeLayer(List<(string, Module<Tensor, Tensor>)> parts, long planes, int count, long stride)
    {
        for (var i = 0; i < count; i++)
        {
            parts.Add(($"block-{planes}-{i}", new BasicBlock(inPlanes, planes, i == 0 ? stride : 1)));
            inPlanes = planes;
        }
    }
}

internal static class Program
{
    private static void Main(string[] args)
    {
        var epochs = args.Length > 0 ? int.Parse(args[0]) : 30;
        var device = cuda.is_available() ? CUDA : CPU;
        var (train, trainLabels) = Load(Directory.GetFiles("cifar-10-batches-bin", "data_batch_*.bin"));
        var (test, testLabels) = Load(["cifar-10-batches-bin/test_batch.bin"]);

        using var model = new SmallResNet([3, 3, 3], 10);
        model.to(device);
        var criterion = CrossEntropyLoss();
        using var optimizer = optim.SGD(model.parameters(), 0.1, momentum: 0.9, weight_decay: 5e-4);
        var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs);
        var best = 0.0;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var watch = Stopwatch.StartNew();
            model.train();
            double runningLoss = 0;
            var steps = 0;
            foreach (var (inputs, targets) in Shuffle(train, trainLabels, 128))
            {
                using (NewDisposeScope())
                {
                    var outputs = model.call(inputs.to(device));
                    var loss = criterion.call(outputs, targets.to(device));
                    optimizer.zero_grad();
                    loss.backward();
                    optimizer.step();
                    runningLoss += loss.item<float>();
                    steps++;
                }
            }

            scheduler.step();
            var accuracy = Accuracy(model, test, testLabels, device);
            Console.WriteLine($"{epoch}: loss {runningLoss / steps:F3}, accuracy {accuracy:P1}, {watch.Elapsed.TotalSeconds:F0} s");
            if (accuracy > best)
            {
                best = accuracy;
                model.save("best.bin");
            }
        }
    }

    private static double Accuracy(Module<Tensor, Tensor> model, Tensor images, Tensor labels, Device device)
    {
        model.eval();
        var correct = 0L;
        using (no_grad())
        {
            foreach (var (inputs, targets) in Shuffle(images, labels, 256))
            {
                using var scope = NewDisposeScope();
                correct += (model.call(inputs.to(device)).argmax(1) == targets.to(device)).sum().ToInt64();
            }
        }

        return (double)correct / images.shape[0];
    }

    private static IEnumerable<(Tensor, Tensor)> Shuffle(Tensor images, Tensor labels, int size)
    {
        var order = randperm(images.shape[0]);
        foreach (var indices in order.split(size))
            yield return (images.index_select(0, indices), labels.index_select(0, indices));
    }

    private static (Tensor, Tensor) Load(string[] files)
    {
        var bytes = files.Order().SelectMany(File.ReadAllBytes).ToArray();
        var records = tensor(bytes).reshape(-1, 3073);
        var labels = records.narrow(1, 0, 1).squeeze(1).to(ScalarType.Int64);
        var images = records.narrow(1, 1, 3072).to(ScalarType.Float32).reshape(-1, 3, 32, 32) / 255f;
        return ((images - 0.47f) / 0.25f, labels);
    }
}
