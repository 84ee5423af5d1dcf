using System.Buffers.Binary;
using System.Text.Json;
using FineTune.Data;
using FineTune.Vision;

namespace FineTune.Tests;

public sealed class PictureFileTests
{
    private sealed record Fixture(string Name, byte[] File, int Height, int Width, byte[] Pixels)
    {
        public override string ToString() => Name;
    }

    private static readonly string FixtureFile = Path.Combine(
        TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "pictures.json");

    private static readonly Fixture[] Fixtures =
        JsonSerializer.Deserialize<Fixture[]>(File.ReadAllText(FixtureFile), JsonSerializerOptions.Web)!;

    private static IEnumerable<string> Names => Fixtures.Select(fixture => fixture.Name);

    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    private static Fixture Picture(string name) => Fixtures.Single(fixture => fixture.Name == name);

    private (byte[] Pixels, int Height, int Width) Read(string name, byte[] content)
    {
        File.WriteAllBytes(folder[name], content);
        return PictureFile.Read(folder[name]);
    }

    // To the last level, JPEG too: torchvision and Skia both decode with libjpeg-turbo, whose exact transform and smooth
    // upsampling both leave on.
    [TestCaseSource(nameof(Names))]
    public void Pictures_are_read_as_torchvision_reads_them(string name)
    {
        var expected = Picture(name);

        (var pixels, var height, var width) = Read(name, expected.File);

        Assert.Multiple(() =>
        {
            Assert.That((height, width), Is.EqualTo((expected.Height, expected.Width)));
            Assert.That(pixels, Is.EqualTo(expected.Pixels));
        });
    }

    // What may be missing is an end marker, a checksum, or frames after the first.
    [TestCaseSource(nameof(Names))]
    public void A_truncated_picture_is_named_if_a_pixel_is_missing(string name)
    {
        var whole = Picture(name);

        Assert.Multiple(() =>
        {
            foreach (var length in Enumerable.Range(0, whole.File.Length))
            {
                try
                {
                    var pixels = Read(name, whole.File[..length]).Pixels;
                    Assert.That(pixels.SequenceEqual(whole.Pixels), $"{length} of {whole.File.Length} bytes");
                }
                catch (DamagedSampleException exception)
                {
                    Assert.That(exception.Message, Does.StartWith($"'{folder[name]}' "));
                }
            }
        });
    }

    [TestCase("rgb.png", "'{0}' is truncated: the PNG picture in it ends before its last pixel.")]
    [TestCase("rgb.jpg", "'{0}' is truncated: its end marker (EOI) is missing in the JPEG picture.")]
    [TestCase("rgb.bmp", "'{0}' is truncated: the BMP picture in it ends before its last pixel.")]
    [TestCase("progressive.jpg", "'{0}' cannot be decoded as a picture: it is damaged or truncated (InvalidInput).")]
    public void A_truncated_picture_is_said_to_be_one(string name, string sentence) =>
        Assert.That(
            () => Read(name, Picture(name).File[..^30]),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo(string.Format(sentence, folder[name])));

    // The last bytes of each: a marker, a chunk, a trailer, which no pixel needs.
    [TestCase("rgb.jpg", 2, "its end marker (EOI) is missing in the JPEG picture.")]
    [TestCase("stray.jpg", 2, "its end marker (EOI) is missing in the JPEG picture.")]
    [TestCase("rgb.png", 12, "its end chunk (IEND) is missing in the PNG picture.")]
    [TestCase("palette.gif", 1, "its end (the trailer) is missing in the GIF picture.")]
    [TestCase("two-frames.gif", 1, "its end (the trailer) is missing in the GIF picture.")]
    public void A_missing_end_is_named_as_what_it_is(string name, int missing, string sentence) =>
        Assert.That(
            () => Read(name, Picture(name).File[..^missing]),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo($"'{folder[name]}' is truncated: {sentence}"));

    [Test]
    public void A_picture_that_claims_more_pixels_than_memory_has_is_refused()
    {
        var file = (byte[])Picture("rgb.jpg").File.Clone();
        // Marker, length and precision come before the height and the width.
        var size = file.AsSpan().IndexOf([(byte)0xff, (byte)0xc0]) + 5;
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(size), 60_000);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(size + 2), 50_000);

        Assert.That(
            () => Read("rgb.jpg", file),
            Throws.TypeOf<DamagedSampleException>().With.Message.EndsWith(
                "says that it has 50,000 × 60,000 pixels; at most 134,217,728 are read. Make it smaller."));
    }

    [TestCaseSource(nameof(Names))]
    public void Bytes_after_the_end_are_left_alone(string name) =>
        Assert.That(Read(name, [.. Picture(name).File, 0, 1, 2, 3]).Pixels, Is.EqualTo(Picture(name).Pixels));

    [TestCase("rgb.jpg")]
    [TestCase("progressive.jpg")]
    [TestCase("grey.jpg")]
    public void Stray_bytes_between_any_two_segments_of_a_JPEG_are_skipped(string name)
    {
        var whole = Picture(name);

        Assert.Multiple(() =>
        {
            // From behind the first segment, which makes it a JPEG, up to the first scan, each says how long it is.
            for (var i = 20; whole.File[i + 1] != 0xDA; i += 2 + (whole.File[i + 2] << 8 | whole.File[i + 3]))
            {
                Assert.That(Read(name, [.. whole.File[..i], 0, 0, 7, .. whole.File[i..]]).Pixels, Is.EqualTo(whole.Pixels),
                    $"before byte {i}");
            }
        });
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    public void A_picture_is_turned_upright_as_its_orientation_says(byte orientation)
    {
        var whole = Picture("rgb.jpg");
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(folder["x.jpg"], [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. whole.File[2..]]);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var stored = TorchSharp.torch.tensor(whole.Pixels).reshape(3, whole.Height, whole.Width);
        var turned = orientation >= 5 ? stored.transpose(1, 2) : stored;
        long[] flipped = orientation switch { 2 or 6 => [2], 3 or 7 => [1, 2], 4 or 8 => [1], _ => [] };
        var expected = (flipped.Length == 0 ? turned : turned.flip(flipped)).contiguous();

        var (pixels, height, width) = PictureFile.Read(folder["x.jpg"]);

        Assert.That((height, width), Is.EqualTo(((int)expected.shape[1], (int)expected.shape[2])));
        Assert.That(pixels, Is.EqualTo(expected.bytes.ToArray()));
        Assert.That(PictureFile.Read(folder["x.jpg"], upright: false).Pixels, Is.EqualTo(whole.Pixels));
    }

    [Test]
    public void Transparent_pixels_show_the_background_that_is_stated()
    {
        var icon = Picture("black-icon.png");
        File.WriteAllBytes(folder["x.png"], icon.File);

        var (pixels, height, width) = PictureFile.Read(folder["x.png"], background: (255, 100, 0));

        // Black of growing opacity: its alpha is 14 times the column.
        var alphas = Enumerable.Range(0, height * width).Select(i => (byte)(i % width * 14)).ToArray();
        Assert.That(pixels[..(height * width)], Is.EqualTo(alphas.Select(alpha => (byte)(255 - alpha))));
        Assert.That(
            pixels[(height * width)..(2 * height * width)],
            Is.EqualTo(alphas.Select(alpha => (byte)Math.Round(100 * (255 - alpha) / 255.0))));
        Assert.That(pixels[(2 * height * width)..], Is.All.Zero);
        Assert.That(icon.Pixels, Is.All.Zero, "what is stored, where none is stated");
    }

    [TestCase(".jpg", "rgb.jpg")]
    [TestCase(".JPE", "rgb.jpg")]
    [TestCase(".jfif", "rgb.jpg")]
    [TestCase(".webp", "rgb.webp")]
    [TestCase(".bmp", "rgb.bmp")]
    [TestCase(".gif", "two-frames.gif")]
    public void Each_usual_end_of_a_name_is_that_of_a_picture(string end, string fixture)
    {
        Assert.That(PictureFile.HasPictureName($"x{end}"), Is.True);
        Assert.That(Read($"x{end}", Picture(fixture).File).Pixels, Is.EqualTo(Picture(fixture).Pixels));
    }

    [TestCase("II*\0")]
    [TestCase("not a picture at all, however long the text may be")]
    [TestCase("")]
    [TestCase("\0\0\u0001\u0001\0\0\0")]    // a picture of 1 x 1, in WBMP
    public void Other_kinds_of_files_are_named_with_what_can_be_read(string content) =>
        Assert.That(
            () => Read("x.tif", [.. content.Select(character => (byte)character)]),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo(
                $"'{folder["x.tif"]}' is not a PNG, JPEG, WebP, BMP or GIF picture, or is truncated before its pixels."));

    [Test]
    public void A_damaged_PNG_is_named_if_a_pixel_is_another()
    {
        var whole = Picture("rgb.png");

        Assert.Multiple(() =>
        {
            for (var i = 0; i < whole.File.Length; i++)
            {
                byte[] content = [.. whole.File];
                content[i] ^= 0x5A;
                try
                {
                    Assert.That(Read(whole.Name, content).Pixels.SequenceEqual(whole.Pixels), $"byte {i}");
                }
                catch (DamagedSampleException exception)
                {
                    Assert.That(exception.Message, Does.StartWith($"'{folder[whole.Name]}' "));
                }
            }
        });
    }
}
