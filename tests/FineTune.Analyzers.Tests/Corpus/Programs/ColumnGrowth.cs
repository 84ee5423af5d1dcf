using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ColumnGrowth;

public sealed class LeakNet : Module<Tensor, Tensor>
{
    private readonly Sequential body;
    private readonly Linear output;

    public LeakNet(long sensors)
        : base("leaks")
    {
        body = Sequential(("fc0", Linear(sensors, 20)), ("act0", ELU(1.0)));
        output = Linear(20, 2);
        RegisterComponents();
    }

    public Sequential Body => body;

    public override Tensor forward(Tensor pressures) => output.call(body.call(pressures));
}

public sealed class Pipes(int sensors, int seed)
{
    private readonly Random random = new(seed);

    public (Tensor Pressures, Tensor Leaks) Measure(int count)
    {
        var pressures = new float[count * sensors];
        var leaks = new long[count];
        for (var i = 0; i < count; i++)
        {
            leaks[i] = random.Next(2);
            var place = random.Next(1, sensors - 1);
            var level = 1 + random.NextSingle();
            for (var s = 0; s < sensors; s++)
            {
                level -= 0.05f + (leaks[i] == 1 && s == place ? 0.35f : 0);
                pressures[i * sensors + s] = level + 0.15f * random.NextSingle();
            }
        }

        return (tensor(pressures).view(count, sensors), tensor(leaks));
    }
}

public static class Program
{
    private const int Sensors = 9;

    public static void Main(string[] args)
    {
        manual_seed(41);
        var extra = args.Length > 0 ? int.Parse(args[0]) : 2;
        var pipes = new Pipes(Sensors, 2);
        var (x, y) = pipes.Measure(1000);
        var (testX, testY) = pipes.Measure(300);

        var net = new LeakNet(Sensors);
        var criterion = CrossEntropyLoss();
        var optimizer = optim.Adam(net.parameters().ToList(), 4e-3);
        for (var i = 1; i <= extra; i++)
        {
            net.Body.append($"fc{i}", Linear(20, 20));
            net.Body.append($"act{i}", ELU(1.0));
        }

        Console.WriteLine($"{net.Body.Count} layers with {net.parameters().Sum(parameter => parameter.numel())} numbers");
        var history = new List<(double Loss, double Accuracy)>();
        for (var epoch = 0; epoch < 12; epoch++)
        {
            net.train();
            var losses = new List<float>();
            foreach (var indices in randperm(y.shape[0]).split(40))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var loss = criterion.call(net.call(x[indices]), y[indices]);
                loss.backward();
                optimizer.step(); // FT3003
                losses.Add(loss.item<float>());
            }

            history.Add((losses.Average(), Accuracy(net, testX, testY)));
            if (epoch % 3 == 2)
                Console.WriteLine($"{epoch + 1}: {history[^1].Loss:F4}, {history[^1].Accuracy:P1}");
        }

        var (_, best) = history.MaxBy(entry => entry.Accuracy);
        Console.WriteLine($"Best: {best:P1}");
    }

    private static double Accuracy(LeakNet net, Tensor x, Tensor y)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return net.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().item<float>();
    }
}
