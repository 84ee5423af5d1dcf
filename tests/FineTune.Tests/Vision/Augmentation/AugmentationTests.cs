using FineTune.Data;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class AugmentationTests
{
    private static readonly Augmentation[] All =
    [
        Augmentations.RandomResizedCrop(), Augmentations.HorizontalFlip(), Augmentations.VerticalFlip(),
        Augmentations.Rotation(20, GridSampleMode.Bilinear), Augmentations.ColorJitter(0.4, 0.4, 0.4, 0.1), Augmentations.RandAugment(),
        Augmentations.RandomErasing(value: null),
    ];

    private static IEnumerable<Augmentation> EachOfThem => All;

    private static Tensor Picture(int height = 12, int width = 16, int channels = 3) =>
        tensor([.. Enumerable.Range(0, channels * height * width).Select(i => i * 7919 % 256 / 255f)]).reshape(channels, height, width);

    [TestCaseSource(nameof(EachOfThem))]
    public void The_same_random_numbers_give_the_same_picture_and_others_another(Augmentation augmentation)
    {
        using var picture = Picture();
        using var before = picture.clone();

        var pictures = Enumerable.Range(0, 20).Select(seed => Apply(seed)).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(Enumerable.Range(0, 20).Select(seed => Apply(seed)), Is.EqualTo(pictures));
            Assert.That(pictures.Distinct().Count(), Is.GreaterThan(1));
            Assert.That(picture.equal(before).all().ToBoolean(), "the picture itself stays as it is");
        });

        ulong Apply(int seed)
        {
            using var changed = augmentation.Apply(picture.alias(), new Random(seed));
            Assert.That(changed.shape, Is.EqualTo(picture.shape));
            Assert.That(changed.dtype, Is.EqualTo(ScalarType.Float32));
            return TensorHash.Of(changed);
        }
    }

    [TestCaseSource(nameof(EachOfThem))]
    public void Grey_pictures_and_tiny_ones_are_taken_too(Augmentation augmentation)
    {
        foreach (var (height, width) in new[] { (9, 7), (1, 1), (2, 30) })
        {
            for (var seed = 0; seed < 20; seed++)
            {
                using var picture = Picture(height, width, 1);
                using var changed = augmentation.Apply(picture.alias(), new Random(seed));
                Assert.That(changed.shape, Is.EqualTo(new long[] { 1, height, width }));
                Assert.That(changed.isfinite().all().ToBoolean());
            }
        }
    }

    [Test]
    public void A_crop_lies_inside_and_has_a_share_and_a_shape_of_the_ranges_spread_evenly()
    {
        var crop = (RandomResizedCrop)Augmentations.RandomResizedCrop((0.2, 0.8), (0.5, 2));
        var random = new Random(1);
        Area[] drawn = [.. Enumerable.Range(0, 4000).Select(_ => crop.Draw(random, 300, 400))];

        Assert.Multiple(() =>
        {
            Assert.That(drawn, Has.All.Matches<Area>(area =>
                area is { Top: >= 0, Left: >= 0 } && area.Top + area.Height <= 300 && area.Left + area.Width <= 400));
            Assert.That(drawn.Select(area => area.Height * area.Width / 120000.0), Is.All.InRange(0.195, 0.805));
            Assert.That(drawn.Select(area => (double)area.Width / area.Height), Is.All.InRange(0.49, 2.05));
            Assert.That(drawn.Min(area => area.Top), Is.Zero);
            Assert.That(drawn.Max(area => area.Top + area.Height), Is.EqualTo(300));

            // Large and narrow ones do not fit and are drawn anew, so that both means are a little lower.
            Assert.That(drawn.Average(area => area.Height * area.Width / 120000.0), Is.EqualTo(0.47).Within(0.03));
            Assert.That(drawn.Average(area => Math.Log((double)area.Width / area.Height)), Is.EqualTo(0.06).Within(0.1));
        });
    }

    [TestCase(10, 100, 45, 0, 10, 10, 0.9, 1.1, TestName = "Wide")]
    [TestCase(100, 10, 0, 45, 10, 10, 0.9, 1.1, TestName = "High")]
    public void Where_no_crop_fits_it_is_the_middle(
        int height, int width, int left, int top, int toHeight, int toWidth, double least, double most)
    {
        var crop = (RandomResizedCrop)Augmentations.RandomResizedCrop((1, 1), (least, most));

        var area = crop.Draw(new Random(0), height, width);

        Assert.That(area.Height, Is.EqualTo(toHeight).Within(1));
        Assert.That(area.Width, Is.EqualTo(toWidth).Within(1));
        Assert.That((area.Top, area.Left), Is.EqualTo((top, left)).Or.EqualTo((Math.Max(0, top - 1), left)).Or.EqualTo((top, left - 1)));
    }

    [Test]
    public void Flips_come_as_often_as_stated_and_exchange_the_sides()
    {
        using var picture = Picture();
        using var across = Augmentations.HorizontalFlip(1).Apply(picture, new Random(0));
        using var down = Augmentations.VerticalFlip(1).Apply(picture, new Random(0));
        var random = new Random(3);
        var quarter = Augmentations.HorizontalFlip(0.25);

        Assert.That(across[2, 5, 15].ToSingle(), Is.EqualTo(picture[2, 5, 0].ToSingle()));
        Assert.That(down[2, 11, 3].ToSingle(), Is.EqualTo(picture[2, 0, 3].ToSingle()));
        Assert.That(
            Enumerable.Range(0, 2000).Count(_ => !ReferenceEquals(quarter.Apply(picture, random), picture)), Is.EqualTo(500).Within(60));
        Assert.That(Augmentations.VerticalFlip(0).Apply(picture, random), Is.SameAs(picture));
    }

    [Test]
    public void Colors_are_changed_in_any_order_by_factors_of_the_ranges()
    {
        var jitter = (ColorJitter)Augmentations.ColorJitter(brightness: 0.4, contrast: 2, hue: 0.1);
        var random = new Random(5);
        var drawn = Enumerable.Range(0, 2000).Select(_ => jitter.Draw(random)).ToList();

        Assert.Multiple(() =>
        {
            var orders = drawn.Select(list => string.Join(' ', list.Select(one => one.Change.Method.Name))).Distinct();
            Assert.That(orders.Count(), Is.EqualTo(6));
            Assert.That(Of("Brightness"), Is.All.InRange(0.6, 1.4));
            Assert.That(Of("Brightness").Average(), Is.EqualTo(1).Within(0.03));
            Assert.That(Of("Contrast"), Is.All.InRange(0, 3));
            Assert.That(Of("Contrast").Average(), Is.EqualTo(1.5).Within(0.1));
            Assert.That(Of("Hue"), Is.All.InRange(-0.1, 0.1));
            Assert.That(Of("Hue").Average(), Is.Zero.Within(0.01));
        });

        IEnumerable<double> Of(string name) =>
            drawn.SelectMany(list => list).Where(one => one.Change.Method.Name == name).Select(one => one.Amount);
    }

    [Test]
    public void What_is_erased_has_a_share_and_a_shape_of_the_ranges()
    {
        var erasing = (RandomErasing)Augmentations.RandomErasing(0.5, (0.1, 0.3), (0.5, 2));
        var random = new Random(6);
        var drawn = Enumerable.Range(0, 2000).Select(_ => erasing.Draw(random, 200, 300)).ToList();
        var areas = drawn.OfType<Area>().ToList();

        Assert.Multiple(() =>
        {
            Assert.That(areas, Has.Count.EqualTo(1000).Within(100));
            Assert.That(areas, Has.All.Matches<Area>(area => area.Top + area.Height <= 200 && area.Left + area.Width <= 300));
            Assert.That(areas.Select(area => area.Height * area.Width / 60000.0), Is.All.InRange(0.095, 0.305));
            Assert.That(areas.Select(area => (double)area.Height / area.Width), Is.All.InRange(0.49, 2.05));
            Assert.That(areas.Average(area => area.Height * area.Width / 60000.0), Is.EqualTo(0.2).Within(0.01));
        });
    }

    [Test]
    public void RandAugment_draws_each_operation_in_both_directions_where_it_has_two()
    {
        var random = new Random(7);
        var drawn = Enumerable.Range(0, 4000).Select(_ => RandAugment.Draw(random)).GroupBy(one => one.Operation).ToList();

        Assert.That(drawn.Select(group => group.Key), Is.EquivalentTo(Enum.GetValues<RandAugmentOperation>()));
        foreach (var group in drawn)
        {
            var both = group.Key is >= RandAugmentOperation.ShearX and <= RandAugmentOperation.Sharpness;
            Assert.That(group.Count(), Is.EqualTo(4000 / 14).Within(70), $"{group.Key}");
            Assert.That(group.Count(one => one.IsReversed), Is.EqualTo(both ? group.Count() / 2 : 0).Within(both ? 45 : 0), $"{group.Key}");
        }
    }

    // The bins of torchvision: shears to 0.3, shifts to 150/331 of the side, turns to 30 degrees, colors by 0.9, at the last of 31.
    [Test]
    public void RandAugment_is_as_strong_as_the_magnitude_says()
    {
        using var picture = Picture(33, 40);
        var augment = new RandAugment(1, 10, GridSampleMode.Nearest, 0);

        Gives(RandAugmentOperation.ShearX, PictureOperations.Moved(picture, Movement.ShearX(0.1, 33), GridSampleMode.Nearest, 0));
        Gives(RandAugmentOperation.ShearY, PictureOperations.Moved(picture, Movement.ShearY(0.1, 40), GridSampleMode.Nearest, 0));
        Gives(RandAugmentOperation.TranslateX, PictureOperations.Moved(picture, Movement.Translation(6, 0), GridSampleMode.Nearest, 0));
        Gives(RandAugmentOperation.TranslateY, PictureOperations.Moved(picture, Movement.Translation(0, 4), GridSampleMode.Nearest, 0));
        Gives(RandAugmentOperation.Rotate, PictureOperations.Moved(picture, Movement.Rotation(10), GridSampleMode.Nearest, 0));
        Gives(RandAugmentOperation.Brightness, PictureOperations.Brightness(picture, 1.3));
        Gives(RandAugmentOperation.Color, PictureOperations.Saturation(picture, 1.3));
        Gives(RandAugmentOperation.Contrast, PictureOperations.Contrast(picture, 1.3));
        Gives(RandAugmentOperation.Sharpness, PictureOperations.Sharpness(picture, 1.3));
        Gives(RandAugmentOperation.Posterize, PictureOperations.Posterized(picture, 7));
        Gives(RandAugmentOperation.Solarize, PictureOperations.Solarized(picture, 2.0 / 3));
        Assert.That(augment.Apply(picture, RandAugmentOperation.Identity, isReversed: false), Is.SameAs(picture));
        using var darker = augment.Apply(picture, RandAugmentOperation.Brightness, isReversed: true);
        Assert.That(darker.allclose(PictureOperations.Brightness(picture, 0.7)));

        void Gives(RandAugmentOperation operation, Tensor expected)
        {
            using var changed = augment.Apply(picture, operation, isReversed: false);
            Assert.That(changed.allclose(expected), $"{operation}");
        }
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Refuses(() => Augmentations.HorizontalFlip(1.1), "probability");
        Refuses(() => Augmentations.VerticalFlip(double.NaN), "probability");
        Refuses(() => Augmentations.RandomResizedCrop((0, 1)), "scale");
        Refuses(() => Augmentations.RandomResizedCrop((0.5, 1.1)), "scale");
        Refuses(() => Augmentations.RandomResizedCrop(ratio: (2, 1)), "ratio");
        Refuses(() => Augmentations.Rotation(-1), "degrees");
        Refuses(() => Augmentations.ColorJitter(hue: 0.6), "hue");
        Refuses(() => Augmentations.ColorJitter(contrast: -1), "contrast");
        Refuses(() => Augmentations.RandomErasing(scale: (0.3, 0.1)), "scale");
        Refuses(() => Augmentations.RandAugment(magnitude: 31), "magnitude");
        Refuses(() => Augmentations.RandAugment(operations: -1), "operations");

        static void Refuses(Func<Augmentation> make, string parameter) =>
            Assert.That(make, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(parameter));
    }

    [Test]
    public void Colors_are_changed_before_normalization_and_erasing_comes_after_it_whatever_the_order()
    {
        var seen = new List<(string, float)>();
        Augmentation[] augment =
        [
            Augmentations.Of((picture, _) => Noted("after", picture), afterNormalization: true),
            Augmentations.Of((picture, _) => Noted("before", picture)),
        ];
        var data = new AugmentedDataset(
            new InMemoryDataset(ones(2, 3, 4, 4), zeros(2)), augment, new([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]));

        data.Read(0, new Random(0));

        Assert.That(seen, Is.EqualTo(new[] { ("before", 1f), ("after", 2f) }));

        Tensor Noted(string when, Tensor picture)
        {
            seen.Add((when, picture.max().ToSingle()));
            return picture;
        }
    }

    [Test]
    public void Pictures_in_memory_are_augmented_from_seed_epoch_and_index_alone()
    {
        var pictures = stack([.. Enumerable.Range(0, 23).Select(i => Picture() * (i + 1) / 23)]);
        var data = new AugmentedDataset(new InMemoryDataset(pictures, arange(23)), All, Normalization.ImageNet);
        var none = Hashes(0, 0);

        Assert.Multiple(() =>
        {
            Assert.That(Hashes(workers: 3, 0), Is.EqualTo(none), "the number of workers");
            Assert.That(Hashes(0, firstBatch: 2), Is.EqualTo(none.Skip(2)), "a resume in the middle of an epoch");
            Assert.That(Hashes(0, 0, epoch: 1), Is.Not.EquivalentTo(none), "another epoch");
            Assert.That(Hashes(0, 0, seed: 1), Is.Not.EquivalentTo(none), "another seed");
        });

        List<ulong> Hashes(int workers, int firstBatch, int epoch = 0, int seed = 4)
        {
            var loader = new BatchLoader(data, new() { BatchSize = 5, Seed = seed, Workers = workers, Shuffle = false });
            var hashes = new List<ulong>();
            foreach (var batch in loader.Epoch(epoch, firstBatch))
            {
                using var owned = batch;
                hashes.Add(TensorHash.Of(batch.Input));
            }

            return hashes;
        }
    }

    [Test]
    public void Bytes_become_numbers_from_0_to_1_and_what_is_no_picture_is_refused()
    {
        var bytes = full([2, 3, 4, 4], 255, ScalarType.Byte);
        using var read = new AugmentedDataset(new InMemoryDataset(bytes, zeros(2)), []).Read(1, new Random(0)).Input;

        Assert.That(read.Values<float>(), Is.All.EqualTo(1));
        Assert.That(
            () => new AugmentedDataset(new InMemoryDataset(zeros(2, 5), zeros(2)), []).Read(1, new Random(0)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("sample 1 is Float32 [5]; expected a picture"));
    }

    [Test]
    public void What_a_dataset_knows_is_known_of_the_augmented_one()
    {
        var labels = tensor(new long[] { 0, 1, 1 });
        var data = new AugmentedDataset(new InMemoryDataset(ones(3, 3, 4, 4), labels), [Augmentations.HorizontalFlip()]);
        var other = new AugmentedDataset(new InMemoryDataset(ones(3, 3, 4, 4), labels), [Augmentations.HorizontalFlip(0.1)]);
        var own = new AugmentedDataset(new InMemoryDataset(ones(3, 3, 4, 4), labels), [Augmentations.Of((picture, _) => picture)]);
        using var known = ((IKnownTargets)data).Targets()!.Values;

        Assert.Multiple(() =>
        {
            Assert.That(data.Count, Is.EqualTo(3));
            Assert.That(known[0].Values<long>(), Is.EqualTo(new long[] { 0, 1, 1 }));
            Assert.That(data.Identity, Is.Not.Null.And.Not.EqualTo(other.Identity));
            Assert.That(own.Identity, Is.Null);
            Assert.That(ClassNames.Of(data), Is.Null);
            Assert.That(() => data.ClassOf(0), Throws.TypeOf<FineTuneException>());
        });
    }
}
