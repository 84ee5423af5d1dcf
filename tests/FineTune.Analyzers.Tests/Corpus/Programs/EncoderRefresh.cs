using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EncoderRefresh;

/// <summary>Tells readings of a machine apart from those of a broken one, with an encoder that is known to be good.</summary>
public sealed class MachineMonitor : Module<Tensor, Tensor>
{
    private readonly Sequential encoder;
    private readonly Sequential detector;

    public MachineMonitor(long sensors)
        : base(nameof(MachineMonitor))
    {
        encoder = Sequential(Linear(sensors, 32), Tanh(), Linear(32, 8));
        detector = Sequential(Linear(8, 16), ReLU(), Linear(16, 1));
        RegisterComponents();
    }

    public Module Encoder => encoder;

    public void FreezeEncoder()
    {
        foreach (var parameter in encoder.parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor readings) => detector.call(encoder.call(readings)).squeeze(1);
}

public sealed class Readings
{
    private readonly Random random;
    private readonly int sensors;

    public Readings(int sensors, int seed)
    {
        this.sensors = sensors;
        random = new Random(seed);
    }

    public (Tensor Values, Tensor Broken) Next(int count)
    {
        var values = new float[count * sensors];
        var broken = new float[count];
        for (var i = 0; i < count; i++)
        {
            broken[i] = random.Next(2);
            var level = random.NextSingle();
            for (var s = 0; s < sensors; s++)
                values[i * sensors + s] = level + random.NextSingle() * (broken[i] > 0 ? 0.8f : 0.2f);
        }

        return (tensor(values).view(count, sensors), tensor(broken));
    }

    public IEnumerable<(Tensor Values, Tensor Broken)> Epoch(int batches, int size)
    {
        for (var i = 0; i < batches; i++)
            yield return Next(size);
    }
}

public static class Program
{
    private const int Sensors = 12;

    private static readonly MachineMonitor Monitor = new(Sensors);
    private static readonly Readings Source = new(Sensors, 14);

    public static void Main(string[] args)
    {
        var optimizer = optim.Adam(Monitor.parameters(), 2e-3, weight_decay: 1e-3);
        var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 10);
        if (args.Length == 1)
        {
            Monitor.load(args[0]);
            Console.WriteLine("Going on from a saved monitor.");
        }

        Monitor.FreezeEncoder();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            Monitor.train();
            var losses = new List<double>();
            foreach (var (values, broken) in Source.Epoch(40, 32))
            {
                using var scope = NewDisposeScope();
                var loss = functional.binary_cross_entropy_with_logits(Monitor.call(values), broken);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step(); // FT3001
                losses.Add(loss.item<float>());
            }

            scheduler.step();
            Console.WriteLine($"Epoch {epoch}: {losses.Average():F4} at a rate of {optimizer.ParamGroups.First().LearningRate:E1}");
        }

        var (precision, recall) = Assess(500);
        Console.WriteLine($"Precision {precision:P1}, recall {recall:P1}");
    }

    private static (double Precision, double Recall) Assess(int count)
    {
        Monitor.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (values, broken) = Source.Next(count);
        var alarms = Monitor.call(values).gt(0);
        var truth = broken.gt(0.5);
        var hits = alarms.logical_and(truth).sum().item<long>();
        return ((double)hits / Math.Max(1, alarms.sum().item<long>()), (double)hits / Math.Max(1, truth.sum().item<long>()));
    }
}
