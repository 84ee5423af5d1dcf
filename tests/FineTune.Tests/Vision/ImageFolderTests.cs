using FineTune.Data;
using FineTune.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class ImageFolderTests
{
    private static readonly ImageFolderOptions Plain = new() { ImageSize = 8, Normalization = new([0, 0, 0], [1, 1, 1]) };

    private static readonly torchvision.io.Imager Encoder = new torchvision.io.SkiaImager();

    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    private string Write(string name, byte red = 10, byte green = 20, byte blue = 30, int size = 8)
    {
        var path = folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var picture = tensor(new[] { red, green, blue }).reshape(3, 1, 1).expand(3, size, size).contiguous();
        if (name.EndsWith(".png", StringComparison.Ordinal))
        {
            torchvision.io.write_png(picture, path, Encoder);
        }
        else
        {
            torchvision.io.write_jpeg(picture, path, Encoder);
        }

        return path;
    }

    private void WriteClass(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write($"{name}/{i:000}.png");
        }
    }

    [Test]
    public void Classes_are_the_folders_in_order_and_targets_their_numbers()
    {
        WriteClass("dog", 2);
        WriteClass("cat", 1);
        File.WriteAllText(folder["cat/notes.txt"], "not a picture");

        var data = ImageFolder.Load(folder.Path, Plain);

        Assert.Multiple(() =>
        {
            Assert.That(data.Classes, Is.EqualTo(new[] { "cat", "dog" }));
            Assert.That(
                Enumerable.Range(0, data.Count).Select(i => data.Read(i, new Random(0)).Target.item<long>()),
                Is.EqualTo(new[] { 0L, 1, 1 }));
            Assert.That(data.Describe(0), Is.EqualTo($"'{folder["cat/000.png"]}'"));
        });
    }

    [TestCase("a/x.png", 0)]
    [TestCase("a/x.jpg", 2)]
    [TestCase("a/x.JPEG", 2)]
    public void Pictures_are_decoded_as_red_green_and_blue(string name, int tolerance)
    {
        Write(name, 200, 100, 50);
        WriteClass("b", 1);

        using var input = ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)).Input;

        Assert.Multiple(() =>
        {
            Assert.That(input.shape, Is.EqualTo(new long[] { 3, 8, 8 }));
            Assert.That(input.dtype, Is.EqualTo(ScalarType.Float32));
            foreach ((var channel, var value) in new[] { (0, 200), (1, 100), (2, 50) })
            {
                Assert.That(input[channel].data<float>().ToArray(), Is.All.EqualTo(value / 255f).Within((tolerance + 1e-3) / 255));
            }
        });
    }

    [Test]
    public void Pictures_are_resized_and_normalized()
    {
        Write("a/x.png", 255, 0, 51, size: 30);
        WriteClass("b", 1);

        using var input = ImageFolder.Load(folder.Path, new() { ImageSize = 12 }).Read(0, new Random(0)).Input;

        Assert.Multiple(() =>
        {
            Assert.That(input.shape, Is.EqualTo(new long[] { 3, 12, 12 }));
            Assert.That(input[0].data<float>().ToArray(), Is.All.EqualTo((1 - 0.485f) / 0.229f).Within(1e-5));
            Assert.That(input[1].data<float>().ToArray(), Is.All.EqualTo(-0.456f / 0.224f).Within(1e-5));
            Assert.That(input[2].data<float>().ToArray(), Is.All.EqualTo((0.2f - 0.406f) / 0.225f).Within(1e-5));
        });
    }

    [Test]
    public void Training_pictures_are_augmented_and_validation_pictures_are_not()
    {
        WriteClass("train/a", 1);
        WriteClass("train/b", 1);
        WriteClass("validation/a", 1);
        WriteClass("validation/b", 1);

        (var train, var validation) = ImageFolder.LoadSplit(
            folder.Path,
            Plain with
            {
                Augment = [Augmentations.Of((picture, random) => picture * 0 + random.Next(100, 200))],
            });

        Assert.Multiple(() =>
        {
            Assert.That(train.Read(0, new Random(1)).Input.max().ToSingle(), Is.EqualTo(new Random(1).Next(100, 200)));
            Assert.That(validation.Read(0, new Random(1)).Input.max().ToSingle(), Is.LessThan(1));
        });
    }

    [Test]
    public void A_crop_that_comes_first_takes_its_part_of_the_picture_as_it_is_stored()
    {
        // Left of the middle square of a wide picture everything is white, in it black.
        using var picture = zeros(3, 10, 50, dtype: ScalarType.Byte);
        using Scalar white = 255;
        picture.narrow(2, 0, 20).fill_(white);
        Directory.CreateDirectory(folder["a"]);
        torchvision.io.write_png(picture, folder["a/wide.png"], Encoder);
        WriteClass("b", 1);
        var whole = Augmentations.RandomResizedCrop((1, 1), (5, 5));

        using var first = ImageFolder.Load(folder.Path, Plain with { Augment = [whole] }).Read(0, new Random(0)).Input;
        using var plain = ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)).Input;

        Assert.That(first[0, 0, 0].ToSingle(), Is.EqualTo(1).Within(1e-5));
        Assert.That(first.mean().ToSingle(), Is.EqualTo(0.4).Within(0.01));
        Assert.That(plain.max().ToSingle(), Is.Zero);
    }

    [Test]
    public void The_identity_says_how_pictures_are_augmented_unless_nobody_can_tell()
    {
        WriteClass("train/a", 1);
        WriteClass("train/b", 1);
        WriteClass("validation/a", 1);
        WriteClass("validation/b", 1);

        var plain = Identities([]);
        var flipped = Identities([Augmentations.HorizontalFlip()]);
        var erased = Identities([Augmentations.HorizontalFlip(), Augmentations.RandomErasing()]);
        var own = Identities([Augmentations.Of((picture, _) => picture)]);

        Assert.Multiple(() =>
        {
            Assert.That(new[] { plain.Train, flipped.Train, erased.Train }, Is.Unique.And.None.Null);
            Assert.That(own.Train, Is.Null);
            Assert.That(new[] { flipped.Validation, erased.Validation, own.Validation }, Is.All.EqualTo(plain.Validation).And.None.Null);
        });

        (string? Train, string? Validation) Identities(Augmentation[] augment)
        {
            var (train, validation) = ImageFolder.LoadSplit(folder.Path, Plain with { Augment = augment });
            return (train.Identity, validation.Identity);
        }
    }

    [Test]
    public void A_folder_without_the_split_is_split_by_class_the_same_for_the_same_seed()
    {
        WriteClass("cat", 10);
        WriteClass("dog", 20);

        (var train, var validation) = ImageFolder.LoadSplit(folder.Path, Plain with { Seed = 3 });
        (_, var again) = ImageFolder.LoadSplit(folder.Path, Plain with { Seed = 3 });
        (_, var other) = ImageFolder.LoadSplit(folder.Path, Plain with { Seed = 4 });

        Assert.Multiple(() =>
        {
            Assert.That(Paths(validation).Count(path => path.Contains("/cat/")), Is.EqualTo(2));
            Assert.That(Paths(validation).Count(path => path.Contains("/dog/")), Is.EqualTo(4));
            Assert.That(Paths(train).Concat(Paths(validation)).Order(), Is.EqualTo(Paths(ImageFolder.Load(folder.Path)).Order()));
            Assert.That(Paths(again), Is.EqualTo(Paths(validation)));
            Assert.That(Paths(other), Is.Not.EqualTo(Paths(validation)));
        });

        static string[] Paths(ImageFolder data) => [.. Enumerable.Range(0, data.Count).Select(data.Describe)];
    }

    [Test]
    public void A_missing_folder_is_named() =>
        Refuses(
            "nowhere",
            $"The folder '{folder["nowhere"]}' does not exist; expected a folder with one folder of pictures for each class.");

    [Test]
    public void An_empty_folder_is_named() =>
        Refuses("", $"'{folder[""]}' has no folders in it; expected one folder of pictures for each class.");

    [Test]
    public void A_file_instead_of_a_folder_is_named()
    {
        File.WriteAllText(folder["x"], "");
        Refuses("x", $"'{folder["x"]}' is a file; expected a folder with one folder of pictures for each class.");
    }

    [Test]
    public void A_class_with_no_picture_is_named()
    {
        WriteClass("cat", 2);
        Directory.CreateDirectory(folder["dog"]);
        Refuses("", $"The class folder '{folder["dog"]}' has no picture in it; expected files that end in "
                + ".png, .jpg, .jpeg, .jpe, .jfif, .webp, .bmp or .gif.");
    }

    [Test]
    public void One_class_only_is_named()
    {
        WriteClass("cat", 2);
        Refuses("", $"'{folder[""]}' has one class only, 'cat'; at least 2 are needed to tell apart.");
    }

    [Test]
    public void Half_a_split_is_named()
    {
        WriteClass("train/a", 2);
        WriteClass("train/b", 2);
        Refuses("", $"'{folder[""]}' has a folder 'train' but no 'validation'; expected both, or the classes directly in it.");
    }

    [Test]
    public void Classes_that_differ_between_the_parts_are_named()
    {
        WriteClass("train/a", 1);
        WriteClass("train/b", 1);
        WriteClass("validation/a", 1);
        WriteClass("validation/c", 1);
        Refuses("", $"'{folder["train"]}' has the classes a, b, but '{folder["validation"]}' has a, c; both need the same.");
    }

    [Test]
    public void A_class_too_small_to_split_is_named()
    {
        WriteClass("a", 1);
        WriteClass("b", 5);
        Refuses("", $"'{folder["a"]}' has one picture only; at least 2 are needed to split them into training and validation.");
    }

    [TestCase("a/x.png", 30)]    // beyond the 20 bytes of checksums and end marker
    [TestCase("a/x.jpg", 3)]
    public void A_truncated_picture_is_named(string name, int missing)
    {
        var whole = File.ReadAllBytes(Write(name, size: 24));
        File.WriteAllBytes(folder[name], whole[..^missing]);
        WriteClass("b", 1);

        Assert.That(
            () => ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)),
            Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith($"'{folder[name]}' is truncated: "));
    }

    [Test]
    public void A_picture_with_a_wrong_name_is_named()
    {
        Write("a/x.png");
        File.Move(folder["a/x.png"], folder["a/x.jpg"]);
        WriteClass("b", 1);

        Assert.That(
            () => ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)),
            Throws
                .TypeOf<DamagedSampleException>()
                .With.Message.EqualTo($"'{folder["a/x.jpg"]}' is named as a JPEG picture, but holds a PNG one; rename it."));
    }

    [Test]
    public void A_text_with_the_name_of_a_picture_is_named()
    {
        Directory.CreateDirectory(folder["a"]);
        File.WriteAllText(folder["a/x.jpg"], "<html>404 Not Found</html>");
        WriteClass("b", 1);

        Assert.That(
            () => ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo(
                $"'{folder["a/x.jpg"]}' is not a PNG, JPEG, WebP, BMP or GIF picture, or is truncated before its pixels."));
    }

    [Test]
    public void Damage_inside_a_png_is_named()
    {
        var content = File.ReadAllBytes(Write("a/x.png", size: 24));
        content[content.AsSpan().IndexOf("IDAT"u8) + 10] ^= 0xFF;
        File.WriteAllBytes(folder["a/x.png"], content);
        WriteClass("b", 1);

        Assert.That(
            () => ImageFolder.Load(folder.Path, Plain).Read(0, new Random(0)),
            Throws.TypeOf<DamagedSampleException>().With.Message.StartsWith($"'{folder["a/x.png"]}' cannot be decoded as a picture: "));
    }

    private void Refuses(string directory, string sentence) =>
        Assert.That(
            () => ImageFolder.LoadSplit(folder[directory], Plain),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(sentence));
}
