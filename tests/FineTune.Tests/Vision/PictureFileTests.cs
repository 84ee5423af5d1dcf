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
    [TestCase("rgb.jpg", "'{0}' is truncated: the JPEG picture in it ends before its last pixel.")]
    [TestCase("progressive.jpg", "'{0}' cannot be decoded as a picture: it is damaged or truncated (InvalidInput).")]
    public void A_truncated_picture_is_said_to_be_one(string name, string sentence) =>
        Assert.That(
            () => Read(name, Picture(name).File[..^30]),
            Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo(string.Format(sentence, folder[name])));

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
