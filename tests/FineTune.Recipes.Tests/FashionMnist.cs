using System.IO.Compression;
using FineTune.Data;
using FineTune.Vision;
using static TorchSharp.torch;

namespace FineTune.Recipes.Tests;

/// <summary>
/// Ten kinds of clothes, 28×28, grey (Xiao et al., 2017, <see href="https://arxiv.org/abs/1708.07747"/>, MIT), as Debian packs them;
/// enlarged to 96×96.
/// </summary>
internal sealed class FashionMnist : IClassified
{
    private const int Side = 28, Size = 96, Used = 4000;

    private readonly byte[] pixels;
    private readonly byte[] labels;

    private FashionMnist(string folder)
    {
        // A header of four big-endian numbers before pictures, of two before labels.
        pixels = Unpacked(Path.Combine(folder, "train-images-idx3-ubyte.gz"))[16..];
        labels = Unpacked(Path.Combine(folder, "train-labels-idx1-ubyte.gz"))[8..];
    }

    public static Subject Subject { get; } = new(
        "fashion",
        () => new AugmentedDataset(new FashionMnist(Folder()), [], Pretrained.ResNet18ImageNet.Normalization),
        Pretrained.ResNet18ImageNet.Create,
        Pretrained.ResNet18ImageNet.Architecture.FeatureWidth,
        Train: 1000,
        Validation: 500,
        Test: 1000);

    public int Count => Used;

    public IReadOnlyList<string> Classes { get; } =
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public string Identity => $"fashion-mnist {Used} {Size}";

    public int ClassOf(int index) => labels[index];

    public Sample Read(int index, Random random)
    {
        using var scope = NewDisposeScope();
        var picture = tensor(pixels.AsSpan(index * Side * Side, Side * Side).ToArray()).reshape(1, 1, Side, Side).to_type(float32) / 255;
        var colors = nn.functional.interpolate(picture, [Size, Size], mode: InterpolationMode.Bilinear, align_corners: false)[0]
            .expand(3, Size, Size);
        return new Sample(
            colors.MoveToOuterDisposeScope(),
            tensor((long)labels[index]).MoveToOuterDisposeScope());
    }

    private static string Folder() =>
        Path.Combine(Download.Debian("dataset-fashion-mnist"), "usr", "share", "datasets", "fashion-mnist");

    private static byte[] Unpacked(string path)
    {
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        packed.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
