using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PairMatching;

internal sealed record Profile(float[] Features, int Person);

internal sealed record ProfilePair(Profile Left, Profile Right)
{
    public bool Same => Left.Person == Right.Person;
}

internal sealed class ProfileEncoder : Module<Tensor, Tensor>
{
    private readonly Sequential general;
    private readonly Sequential special;

    public ProfileEncoder(long features, long size)
        : base("profiles")
    {
        general = Sequential(Linear(features, 48), ReLU(), Linear(48, 48), ReLU());
        special = Sequential(Linear(48, 32), ReLU(), Linear(32, size));
        RegisterComponents();
    }

    /// <summary>What is to be trained: all of the special part, of the general part the biases.</summary>
    public IEnumerable<Parameter> Trainable()
    {
        foreach (var parameter in special.parameters())
            yield return parameter;
        foreach (var (name, parameter) in general.named_parameters())
        {
            if (name.EndsWith("bias", StringComparison.Ordinal))
                yield return parameter;
        }
    }

    public override Tensor forward(Tensor profiles) => functional.normalize(special.call(general.call(profiles)));
}

internal static class Program
{
    private const int Features = 20;
    private const double Margin = 0.8;

    private static void Main()
    {
        manual_seed(30);
        var people = People(60, each: 6);
        var pairs = Pair(people, 3000).ToList();
        var encoder = new ProfileEncoder(Features, 16);
        foreach (var (name, parameter) in encoder.named_parameters())
        {
            parameter.requires_grad = name.StartsWith("special", StringComparison.Ordinal)
                || name.EndsWith("bias", StringComparison.Ordinal);
        }

        var optimizer = optim.SGD(encoder.Trainable(), 0.05, momentum: 0.9); // FT3002
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 4, 0.5);
        var random = new Random(3);
        for (var epoch = 0; epoch < 10; epoch++)
        {
            encoder.train();
            var total = 0.0;
            pairs.OrderBy(_ => random.Next()).Chunk(50).ToList().ForEach(batch =>
            {
                using var scope = NewDisposeScope();
                var loss = Loss(encoder, batch);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                total += loss.item<float>() * batch.Length;
            });
            scheduler.step();
            Console.WriteLine($"Epoch {epoch + 1}: {total / pairs.Count:F4}");
        }

        encoder.eval();
        using var guard = no_grad();
        var right = pairs.Count(pair => Distance(encoder, [pair]).item<float>() < Margin / 2 == pair.Same);
        Console.WriteLine($"{(double)right / pairs.Count:P1} of the pairs are told right.");
    }

    private static Tensor Loss(ProfileEncoder encoder, ProfilePair[] batch)
    {
        var same = tensor(batch.Select(pair => pair.Same ? 1f : 0f).ToArray());
        var distance = Distance(encoder, batch);
        return (same * distance.pow(2) + (1 - same) * (Margin - distance).clamp(min: 0).pow(2)).mean();
    }

    private static Tensor Distance(ProfileEncoder encoder, ProfilePair[] batch)
    {
        var left = encoder.call(tensor(batch.SelectMany(pair => pair.Left.Features).ToArray()).view(-1, Features));
        var right = encoder.call(tensor(batch.SelectMany(pair => pair.Right.Features).ToArray()).view(-1, Features));
        return ((left - right).pow(2).sum(1) + 1e-9).sqrt();
    }

    private static List<Profile> People(int count, int each)
    {
        var random = new Random(9);
        var profiles = new List<Profile>();
        for (var person = 0; person < count; person++)
        {
            var typical = Enumerable.Range(0, Features).Select(_ => random.NextSingle()).ToArray();
            for (var i = 0; i < each; i++)
                profiles.Add(new(Array.ConvertAll(typical, value => value + 0.2f * (random.NextSingle() - 0.5f)), person));
        }

        return profiles;
    }

    private static IEnumerable<ProfilePair> Pair(List<Profile> profiles, int count)
    {
        var random = new Random(10);
        for (var i = 0; i < count; i++)
        {
            var left = profiles[random.Next(profiles.Count)];
            var candidates = i % 2 == 0 ? profiles.Where(other => other.Person == left.Person).ToList() : profiles;
            yield return new(left, candidates[random.Next(candidates.Count)]);
        }
    }
}
