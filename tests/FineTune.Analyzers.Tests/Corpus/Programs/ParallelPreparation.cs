using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ParallelPreparation;

public sealed record Signal(int Number, double[] Samples, long Kind);

public sealed record Prepared(int Number, float[] Spectrum, long Kind);

public sealed class BearingNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public BearingNet(long bins, long kinds)
        : base("bearings")
    {
        layers = Sequential(
            ("norm", BatchNorm1d(bins)),
            ("fc1", Linear(bins, 32)),
            ("relu1", ReLU()),
            ("drop", Dropout(0.2)),
            ("fc2", Linear(32, kinds)),
            ("log", LogSoftmax(1)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor spectrum) => layers.call(spectrum);
}

public static class SpectrumReader
{
    private const int Bins = 24;

    public static IReadOnlyList<Prepared> Prepare(IReadOnlyCollection<Signal> signals)
    {
        var prepared = new ConcurrentBag<Prepared>();
        var done = 0;
        Parallel.ForEach(signals, new ParallelOptions { MaxDegreeOfParallelism = 2 }, signal =>
        {
            prepared.Add(new(signal.Number, Spectrum(signal.Samples), signal.Kind));
            if (Interlocked.Increment(ref done) % 400 == 0)
                Console.WriteLine($"{done} signals are read.");
        });
        return prepared.OrderBy(item => item.Number).ToList();
    }

    private static float[] Spectrum(double[] samples)
    {
        var spectrum = new float[Bins];
        for (var bin = 0; bin < Bins; bin++)
        {
            var (real, imaginary) = (0.0, 0.0);
            for (var t = 0; t < samples.Length; t++)
            {
                var (sine, cosine) = Math.SinCos(2 * Math.PI * (bin + 1) * t / samples.Length);
                real += samples[t] * cosine;
                imaginary += samples[t] * sine;
            }

            spectrum[bin] = (float)Math.Log(1e-3 + real * real + imaginary * imaginary);
        }

        return spectrum;
    }
}

public static class Program
{
    private static readonly string[] Kinds = ["whole", "worn", "broken"];

    public static void Main()
    {
        manual_seed(3);
        var prepared = SpectrumReader.Prepare(Measure(1000).ToList());
        var (training, testing) = (prepared.Take(800).ToArray(), prepared.Skip(800).ToArray());
        var model = new BearingNet(24, Kinds.Length);
        var criterion = NLLLoss();
        var optimizer = optim.Adam(model.parameters(), 3e-3);
        for (var epoch = 0; epoch < 6; epoch++)
        {
            model.train();
            Random.Shared.Shuffle(training);
            var losses = new List<float>();
            training.Chunk(32).ToList().ForEach(batch =>
            {
                using var scope = NewDisposeScope();
                var (x, y) = Collate(batch);
                optimizer.zero_grad();
                var loss = criterion.call(model.call(x), y);
                loss.backward();
                optimizer.step();
                losses.Add(loss.item<float>());
            });
            Console.WriteLine($"{epoch}: {losses.Average():F4}");
        }

        // Each thread has scopes of its own.
        model.eval();
        var right = new int[Kinds.Length];
        Parallel.ForEach(testing.GroupBy(item => item.Kind), group =>
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var (x, y) = Collate(group.ToArray());
            right[group.Key] = (int)model.call(x).argmax(1).eq(y).sum().item<long>();
        });

        foreach (var (kind, count) in Kinds.Zip(right))
            Console.WriteLine($"{kind}: {count} of {testing.Count(item => Kinds[item.Kind] == kind)}");
    }

    private static (Tensor X, Tensor Y) Collate(Prepared[] batch) => (
        tensor(batch.SelectMany(item => item.Spectrum).ToArray()).view(batch.Length, -1),
        tensor(batch.Select(item => item.Kind).ToArray()));

    private static IEnumerable<Signal> Measure(int count)
    {
        var random = new Random(12);
        for (var number = 0; number < count; number++)
        {
            var kind = random.Next(Kinds.Length);
            var samples = new double[64];
            for (var t = 0; t < samples.Length; t++)
            {
                var turn = Math.Sin(2 * Math.PI * 4 * t / 64);
                var rattle = kind * 0.4 * Math.Sin(2 * Math.PI * 17 * t / 64 + number);
                samples[t] = turn + rattle + 0.5 * (random.NextDouble() - 0.5);
            }

            yield return new(number, samples, kind);
        }
    }
}
