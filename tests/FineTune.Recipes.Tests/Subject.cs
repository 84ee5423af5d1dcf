using FineTune.Data;
using FineTune.SampleSupport;
using TorchSharp.Modules;

namespace FineTune.Recipes.Tests;

/// <summary>What a recipe is tried on: data, a pre-trained network for it, and how much of the data is used for what.</summary>
/// <param name="Name">As in <c>mails</c>.</param>
/// <param name="Load">Reads all of the data.</param>
/// <param name="Backbone">Makes the pre-trained network.</param>
/// <param name="Features">How many features it gives.</param>
/// <param name="Train">How many samples are trained on.</param>
/// <param name="Validation">How many samples decide which epoch is kept.</param>
/// <param name="Test">How many samples accuracy is measured on, which nothing is decided by.</param>
internal sealed record Subject(
    string Name,
    Func<IClassified> Load,
    Func<Sequential> Backbone,
    int Features,
    int Train,
    int Validation,
    int Test)
{
    public static IReadOnlyList<Subject> All { get; } = [Mails.Subject, FashionMnist.Subject, FluentEmoji.Subject];

    /// <summary>Parts that share no sample, with as many of each class: the same for the same seed.</summary>
    public (ClassifiedSubset Train, ClassifiedSubset Validation, ClassifiedSubset Test) Split(IClassified all, int seed)
    {
        var random = new Random(seed);
        var classes = Enumerable
            .Range(0, all.Count)
            .GroupBy(all.ClassOf)
            .OrderBy(samples => samples.Key)
            .Select(samples =>
            {
                int[] shuffled = [.. samples];
                random.Shuffle(shuffled);
                return shuffled;
            })
            .ToList();
        int train = Train / classes.Count, validation = Validation / classes.Count, test = Test / classes.Count;
        return (Part(0, train), Part(train, validation), Part(train + validation, test));

        ClassifiedSubset Part(int first, int count) =>
            new(all, [.. classes.SelectMany(samples => samples.Skip(first).Take(count)).Order()]);
    }

    /// <summary>A model without any attribute but those that say what is what: the recipe decides the rest.</summary>
    public Classifier Create(int classes) => new(Backbone(), Features, classes);
}
