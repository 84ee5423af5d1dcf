using System;
using System.Collections.Generic;
using System.IO;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Mnist;

internal sealed class Digits : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 32, 3);
    private readonly Conv2d conv2 = Conv2d(32, 64, 3);
    private readonly MaxPool2d pool1 = MaxPool2d(2);
    private readonly Dropout dropout1 = Dropout(0.25);
    private readonly Dropout dropout2 = Dropout(0.5);
    private readonly Flatten flatten = Flatten();
    private readonly Linear fc1 = Linear(9216, 128);
    private readonly Linear fc2 = Linear(128, 10);

    public Digits(string name, Device? device = null)
        : base(name)
    {
        RegisterComponents();
        if (device is not null && device.type != DeviceType.CPU)
            this.to(device);
    }

    public override Tensor forward(Tensor input)
    {
        var x = relu(conv1.call(input));
        x = relu(conv2.call(x));
        x = dropout1.call(pool1.call(x));
        x = relu(fc1.call(flatten.call(x)));
        return fc2.call(dropout2.call(x));
    }
}

internal static class Program
{
    private const int Epochs = 10;
    private const int BatchSize = 64;
    private const int TestBatchSize = 256;

    private static void Main(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : "mnist";
        random.manual_seed(1);
        var device = cuda.is_available() ? CUDA : CPU;
        Console.WriteLine($"Running on {device.type}.");

        using var model = new Digits("digits", device);
        var (trainImages, trainLabels) = Read(folder, "train");
        var (testImages, testLabels) = Read(folder, "t10k");

        var optimizer = optim.Adam(model.parameters(), 1e-3);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 1, 0.75);
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            Train(model, optimizer, device, trainImages, trainLabels, epoch);
            Test(model, device, testImages, testLabels);
            scheduler.step();
        }

        model.save("digits.model.bin");
    }

    private static void Train(Digits model, optim.Optimizer optimizer, Device device, Tensor images, Tensor labels, int epoch)
    {
        model.train();
        var batchId = 0;
        foreach (var (data, target) in Batches(images, labels, BatchSize))
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var prediction = model.call(data.to(device));
            var loss = cross_entropy(prediction, target.to(device));
            loss.backward();
            optimizer.step();
            if (++batchId % 100 == 0)
                Console.WriteLine($"Train epoch {epoch}, batch {batchId}: loss {loss.ToSingle():F4}");
        }
    }

    private static void Test(Digits model, Device device, Tensor images, Tensor labels)
    {
        model.eval();
        using var noGradients = no_grad();
        double testLoss = 0;
        long correct = 0;
        foreach (var (data, target) in Batches(images, labels, TestBatchSize))
        {
            using var scope = NewDisposeScope();
            var prediction = model.call(data.to(device));
            testLoss += cross_entropy(prediction, target.to(device)).ToDouble() * data.shape[0];
            correct += prediction.argmax(1).eq(target.to(device)).sum().ToInt64();
        }

        var size = images.shape[0];
        Console.WriteLine($"Test: average loss {testLoss / size:F4}, accuracy {(double)correct / size:P2}");
    }

    private static IEnumerable<(Tensor Data, Tensor Target)> Batches(Tensor images, Tensor labels, int size)
    {
        for (long start = 0; start < images.shape[0]; start += size)
        {
            var count = Math.Min(size, images.shape[0] - start);
            yield return (images.narrow(0, start, count), labels.narrow(0, start, count));
        }
    }

    private static (Tensor Images, Tensor Labels) Read(string folder, string prefix)
    {
        using var images = new BinaryReader(File.OpenRead(Path.Combine(folder, $"{prefix}-images-idx3-ubyte")));
        using var labels = new BinaryReader(File.OpenRead(Path.Combine(folder, $"{prefix}-labels-idx1-ubyte")));
        images.BaseStream.Seek(4, SeekOrigin.Begin);
        var count = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(images.ReadInt32());
        images.BaseStream.Seek(16, SeekOrigin.Begin);
        labels.BaseStream.Seek(8, SeekOrigin.Begin);

        var pixels = new float[count * 28 * 28];
        var classes = new long[count];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (images.ReadByte() / 255f - 0.1307f) / 0.3081f;
        for (var i = 0; i < count; i++)
            classes[i] = labels.ReadByte();
        return (tensor(pixels).reshape(count, 1, 28, 28), tensor(classes));
    }
}
