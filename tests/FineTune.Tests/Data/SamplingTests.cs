using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class SamplingTests
{
    /// <summary>Ninety samples of the first class and ten of the second.</summary>
    private sealed class Uneven : IClassified
    {
        public int Count => 100;

        public IReadOnlyList<string> Classes { get; init; } = ["many", "few"];

        public int ClassOf(int index) => index < 90 ? 0 : 1;

        public Sample Read(int index, Random random) => new(tensor((float)index), tensor((long)ClassOf(index)));

        public string Describe(int index) => $"number {index}";
    }

    [Test]
    public void Samples_are_drawn_as_often_as_their_weights_say()
    {
        var loader = new BatchLoader(new Uneven(), new() { Workers = 0, SamplingWeights = ClassWeights.ForSampling(new Uneven()) });

        var drawn = Enumerable.Range(0, 50).SelectMany(epoch => Indices(loader, epoch)).ToList();

        // Of 5000 draws, half of the class with a tenth of the samples: six standard deviations are 212.
        Assert.That(drawn, Has.Count.EqualTo(5000));
        Assert.That(drawn.Count(index => index >= 90), Is.EqualTo(2500).Within(212));
        Assert.That(Indices(loader, 3), Is.EqualTo(drawn[300..400]), "the same epoch draws the same");
        Assert.That(Indices(loader, 3), Is.Not.EqualTo(drawn[400..500]));
    }

    [Test]
    public void A_sample_of_weight_zero_is_never_drawn()
    {
        double[] weights = [.. Enumerable.Range(0, 100).Select(index => index % 2 == 0 ? 1.0 : 0)];
        var loader = new BatchLoader(new Uneven(), new() { Workers = 0, SamplingWeights = weights });

        Assert.That(Enumerable.Range(0, 20).SelectMany(epoch => Indices(loader, epoch)), Has.All.Matches<int>(index => index % 2 == 0));
    }

    [TestCase(99, 1.0)]
    [TestCase(100, 0.0)]
    [TestCase(100, -1.0)]
    [TestCase(100, double.NaN)]
    public void Weights_that_do_not_fit_are_an_error(int count, double weight) =>
        Assert.That(
            () => new BatchLoader(new Uneven(), new() { SamplingWeights = [.. Enumerable.Repeat(weight, count)] }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("100 samples"));

    [Test]
    public void Fit_draws_by_weight_and_a_resume_with_other_weights_is_an_error()
    {
        using var folder = new TemporaryFolder();
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits());
        var options = Toy.Quiet with
        {
            Epochs = 2,
            BatchSize = 48,
            FeatureCache = new() { Storage = FeatureStorage.Off },
            SamplingWeights = [1, .. Enumerable.Repeat(0.0, 47)],
        };
        var data = new Counting(Toy.Points());

        compiled.Fit(data, options with { Epochs = 1, Callbacks = [] });
        // The first two are what is looked at before the first step.
        Assert.That(data.Seen.Skip(2), Is.EqualTo(Enumerable.Repeat(0, 48)));

        using var stop = new CancellationTokenSource();
        compiled.Fit(
            data,
            options with
            {
                CancellationToken = stop.Token,
                Callbacks = [new Recorder { AtEpochEnd = _ => stop.Cancel() }],
                Backup = new(folder["backup"]),
            });
        Assert.That(
            () =>
                compiled.Fit(
                    data,
                    options with
                    {
                        SamplingWeights = [2, .. Enumerable.Repeat(0.0, 46), 1],
                        Callbacks = [new Recorder()],
                        Backup = new(folder["backup"]),
                    }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("SamplingWeights was"));
    }

    [Test]
    public void Class_weights_even_out_the_classes() =>
        Assert.That(ClassWeights.Balanced(new Uneven()), Is.EqualTo(new[] { 100 / 180.0, 5 }));

    [Test]
    public void A_class_without_samples_has_no_weight() =>
        Assert.That(() => ClassWeights.Balanced(new Uneven { Classes = ["many", "few", "none"] }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("'none' has no sample"));

    [Test]
    public void A_split_keeps_the_share_of_each_class_and_follows_from_the_seed()
    {
        var (train, validation) = ClassifiedSubset.Split(new Uneven(), 0.2, seed: 4);
        var again = ClassifiedSubset.Split(new Uneven(), 0.2, seed: 4);
        var other = ClassifiedSubset.Split(new Uneven(), 0.2, seed: 5);

        Assert.Multiple(() =>
        {
            Assert.That(train.Indices.Concat(validation.Indices), Is.EquivalentTo(Enumerable.Range(0, 100)));
            Assert.That(Classes(validation), Is.EqualTo(new[] { 18, 2 }));
            Assert.That(Classes(train), Is.EqualTo(new[] { 72, 8 }));
            Assert.That(again.Validation.Indices, Is.EqualTo(validation.Indices));
            Assert.That(other.Validation.Indices, Is.Not.EqualTo(validation.Indices));
            Assert.That(validation.Describe(0), Is.EqualTo($"number {validation.Indices[0]}"));
            Assert.That(validation.Read(0, new Random(0)).Input.ToSingle(), Is.EqualTo(validation.Indices[0]));
        });

        static int[] Classes(ClassifiedSubset part) =>
            [.. Enumerable.Range(0, part.Count).GroupBy(part.ClassOf).OrderBy(group => group.Key).Select(group => group.Count())];
    }

    [TestCase(3, true)]
    [TestCase(2, false)]
    public void No_more_damaged_samples_are_skipped_than_may_be(int most, bool goesOn)
    {
        var loader = new BatchLoader(new Damaged(), new() { Workers = 0, MaxDamagedSamples = most });

        if (goesOn)
        {
            Assert.That(Indices(loader, 0), Has.Count.EqualTo(7));
            Assert.That(Indices(loader, 1), Has.Count.EqualTo(7), "a sample counts once");
        }
        else
        {
            Assert.That(
                () => Indices(loader, 0),
                Throws
                    .TypeOf<FineTuneException>()
                    .With.Message.StartsWith("More than 2 samples cannot be read")
                    .And.Message.Contains("row"));
        }
    }

    private static List<int> Indices(BatchLoader loader, int epoch) => [.. loader.Epoch(epoch).SelectMany(batch =>
    {
        using (batch) { return batch.Indices; } })];

    private sealed class Damaged : IDataset
    {
        public int Count => 10;

        public Sample Read(int index, Random random) =>
            index % 3 == 1 ? throw new DamagedSampleException($"row {index} is damaged.") : new Sample(tensor(1f), tensor(0L));
    }

    private sealed class Counting(IDataset data) : IDataset
    {
        public List<int> Seen { get; } = [];

        public int Count => data.Count;

        public Sample Read(int index, Random random)
        {
            Seen.Add(index);
            return data.Read(index, random);
        }
    }
}
