using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TripletLearning;

public sealed record Voice(int Speaker, float[] Bands);

public sealed record Triplet(Voice Anchor, Voice Positive, Voice Negative);

public sealed class VoiceEncoder : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public VoiceEncoder(int bands, int size)
        : base("voices")
    {
        layers = Sequential(
            Linear(bands, 48), BatchNorm1d(48), ReLU(), Dropout(0.1),
            Linear(48, size));
        RegisterComponents();
    }

    public override Tensor forward(Tensor voices) => functional.normalize(layers.call(voices), dim: 1);
}

public sealed class VoiceBook(int speakers, int bands, int seed)
{
    private readonly Random random = new(seed);

    public ILookup<int, Voice> Record(int each) =>
        Enumerable.Range(0, speakers).SelectMany(speaker => Speak(speaker, each)).ToLookup(voice => voice.Speaker);

    public IEnumerable<Triplet> Triplets(ILookup<int, Voice> voices, int count)
    {
        while (count-- > 0)
        {
            var (same, other) = (random.Next(speakers), random.Next(speakers - 1));
            other = other >= same ? other + 1 : other;
            yield return new(Any(voices[same]), Any(voices[same]), Any(voices[other]));
        }
    }

    private Voice Any(IEnumerable<Voice> voices)
    {
        var list = voices.ToList();
        return list[random.Next(list.Count)];
    }

    private IEnumerable<Voice> Speak(int speaker, int each)
    {
        var own = new Random(1000 + speaker);
        var typical = Enumerable.Range(0, bands).Select(_ => own.NextSingle()).ToArray();
        for (var i = 0; i < each; i++)
        {
            var loudness = 0.5f + random.NextSingle();
            yield return new(speaker, Array.ConvertAll(typical, band => loudness * (band + 0.4f * (random.NextSingle() - 0.5f))));
        }
    }
}

public abstract class MetricTrainer<TSample>(VoiceEncoder encoder, double rate)
{
    private readonly optim.Optimizer optimizer = optim.AdamW(encoder.parameters(), rate);

    protected VoiceEncoder Encoder => encoder;

    public virtual double Train(IEnumerable<TSample> samples, int batchSize)
    {
        encoder.train();
        return samples.Chunk(batchSize).Select(TrainBatch).DefaultIfEmpty(double.NaN).Average();
    }

    protected abstract Tensor Loss(TSample[] batch);

    private double TrainBatch(TSample[] batch)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        using var loss = Loss(batch);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }
}

public sealed class TripletTrainer(VoiceEncoder encoder, double rate) : MetricTrainer<Triplet>(encoder, rate)
{
    private readonly TripletMarginLoss criterion = TripletMarginLoss(margin: 0.5);

    public static Tensor Stack(IReadOnlyCollection<Voice> voices) =>
        tensor(voices.SelectMany(voice => voice.Bands).ToArray()).view(voices.Count, -1);

    protected override Tensor Loss(Triplet[] batch)
    {
        // One pass for all three, so that the norms see all of them.
        var voices = batch.Select(triplet => triplet.Anchor)
            .Concat(batch.Select(triplet => triplet.Positive))
            .Concat(batch.Select(triplet => triplet.Negative));
        var encoded = Encoder.call(Stack(voices.ToList())).chunk(3, 0);
        return criterion.call(encoded[0], encoded[1], encoded[2]);
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(35);
        var book = new VoiceBook(speakers: 20, bands: 16, seed: 3);
        var (training, testing) = (book.Record(each: 12), book.Record(each: 4));
        var encoder = new VoiceEncoder(16, 8);
        var trainer = new TripletTrainer(encoder, 3e-3);
        for (var round = 1; round <= 6; round++)
        {
            var loss = trainer.Train(book.Triplets(training, 960), batchSize: 48);
            Console.WriteLine($"{round}: {loss:F4}, {Recognized(encoder, training, testing):P1}");
        }
    }

    private static double Recognized(VoiceEncoder encoder, ILookup<int, Voice> known, ILookup<int, Voice> asked)
    {
        encoder.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var centers = known.OrderBy(group => group.Key).Select(group => encoder.call(TripletTrainer.Stack(group.ToList())).mean([0]));
        var table = stack(centers);
        var (right, all) = (0L, 0L);
        foreach (var group in asked)
        {
            var nearest = cdist(encoder.call(TripletTrainer.Stack(group.ToList())), table).argmin(1);
            right += nearest.eq(group.Key).sum().item<long>();
            all += nearest.shape[0];
        }

        return (double)right / all;
    }
}
