using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torchvision.io;

namespace FineTune.LibTorch.Tests.Vision;

public class ImageTests
{
    private static readonly Dictionary<string, Tensor> Fixtures = Fixture.Load("images.safetensors");

    private static IEnumerable<string> Rgb => Names("rgb ");

    private static IEnumerable<string> Unchanged => Names("unchanged ");

    [TestCaseSource(nameof(Rgb))]
    public void Pictures_are_read_as_Pillow_reads_them(string file)
    {
        using Tensor image = decode_image(Fixtures["file " + file], ImageReadMode.RGB);

        Assert.That(image.IsSame(Fixtures["rgb " + file]), Is.True);
    }

    [TestCaseSource(nameof(Unchanged))]
    public void Pictures_keep_their_channels_unless_told_otherwise(string file)
    {
        using Tensor image = decode_image(Fixtures["file " + file]);

        Assert.That(image.IsSame(Fixtures["unchanged " + file]), Is.True);
    }

    [TestCase("rgb.png", ImageReadMode.RGB_ALPHA, 4)]
    [TestCase("gray.png", ImageReadMode.RGB_ALPHA, 4)]
    [TestCase("rgba.png", ImageReadMode.GRAY_ALPHA, 2)]
    [TestCase("gray.jpg", ImageReadMode.GRAY_ALPHA, 2)]
    [TestCase("rgb.jpg", ImageReadMode.GRAY, 1)]
    public void Channels_are_added_and_dropped_on_demand(string file, ImageReadMode mode, long channels)
    {
        using Tensor image = decode_image(Fixtures["file " + file], mode);

        Assert.That(image.shape, Is.EqualTo([channels, 37L, 53L]));
        if (channels % 2 == 0 && file != "rgba.png") Assert.That(image[-1].min().ToByte(), Is.EqualTo(255));
    }

    public void A_truncated_picture_is_an_error_that_names_its_path([Values("rgb.jpg", "progressive.jpg", "rgb.png")] string file, [Values(0, 1, 20, 300, 1500)] int bytes)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"truncated-{bytes}-{file}");
        File.WriteAllBytes(path, Fixtures["file " + file].data<byte>().ToArray()[..bytes]);

        Assert.That(() => read_image(path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path));
    }

    [Test]
    public void Text_under_the_name_of_a_picture_is_an_error()
    {
        using var text = new MemoryStream("not a picture at all, however long the text may be"u8.ToArray());

        Assert.That(() => read_image(text), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no known format"));
    }

    [Test]
    public void What_is_written_as_PNG_reads_back_bit_for_bit([Values(1, 3, 4)] int channels)
    {
        using Tensor image = randint(0, 256, [(long)channels, 9, 7], ScalarType.Byte);
        using var stream = new MemoryStream();

        write_png(image, stream);
        stream.Position = 0;
        using Tensor read = read_image(stream);

        Assert.That(read.IsSame(image), Is.True);
    }

    [Test]
    public void What_is_written_as_JPEG_reads_back_alike()
    {
        Tensor image = Fixtures["rgb rgb.png"];
        using Tensor read = decode_image(encode_image(image, torchvision.ImageFormat.Jpeg));

        Assert.That((read.to(ScalarType.Float32) - image).abs().mean().ToSingle(), Is.LessThan(16));
    }

    [Test]
    public void A_tensor_that_is_no_picture_is_not_written()
    {
        using Tensor image = ones(2, 5, 5, dtype: ScalarType.Byte);

        Assert.That(() => encode_image(image, torchvision.ImageFormat.Png), Throws.Exception.With.Message.Contains("must have shape"));
    }

    private static IEnumerable<string> Names(string kind) => Fixtures.Keys.Where(key => key.StartsWith(kind, StringComparison.Ordinal)).Select(key => key[kind.Length..]);
}
