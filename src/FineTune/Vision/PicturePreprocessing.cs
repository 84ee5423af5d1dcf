using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// How a picture becomes a tensor of shape [3, size, size]: the largest square in its middle is resized, as torchvision's <c>Resize</c>
/// does with antialiasing, and normalized. What <see cref="ImageFolder"/> does, augmentation aside.
/// </summary>
/// <example><code>
/// var preprocessing = new PicturePreprocessing { ImageSize = 224, Normalization = Normalization.ImageNet };
/// using Tensor picture = preprocessing.Read("photo.jpg");      // [3, 224, 224]
/// </code></example>
public sealed record PicturePreprocessing : Preprocessing
{
    private static readonly Scalar FromBytes = 1.0 / 255;

    /// <summary>The height and width of the tensors.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Whether a picture is turned and mirrored as the EXIF orientation in its file says.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>The color that shows through transparent pixels; null takes each pixel's color as it is stored.</summary>
    public (byte Red, byte Green, byte Blue)? Background { get; init; }

    /// <summary>What is subtracted and divided by.</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    internal static PicturePreprocessing Of(ImageFolderOptions options) => new()
    {
        ImageSize = options.ImageSize,
        ApplyOrientation = options.ApplyOrientation,
        Background = options.Background,
        Normalization = options.Normalization,
    };

    /// <summary>Reads a PNG, JPEG, WebP, BMP or GIF file.</summary>
    /// <returns>The picture, [3, size, size], of type Float32. The caller disposes of it.</returns>
    /// <exception cref="DamagedSampleException">
    /// The file cannot be read, is no picture, is damaged or truncated, or its name is that of another kind. The sentence names it.
    /// </exception>
    public Tensor Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Read(path, [], null);
    }

    /// <summary>Reads a picture of the same kinds from a stream, to its end.</summary>
    /// <returns>The picture, [3, size, size], of type Float32. The caller disposes of it.</returns>
    /// <exception cref="DamagedSampleException">The stream holds no picture, or a damaged or truncated one.</exception>
    public Tensor Read(Stream picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Read(picture, "The picture");
    }

    internal Tensor Read(Stream picture, string what)
    {
        using var content = new MemoryStream();
        picture.CopyTo(content);
        return Read(content.ToArray(), what);
    }

    /// <summary>The same of what a file would hold, by a name for errors.</summary>
    internal Tensor Read(byte[] picture, string what) =>
        ToTensor(what, () => PictureFile.Decode(picture, what, named: null, ApplyOrientation, Background), [], null);

    /// <summary>Reads a file, as it is trained on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="augment">What is random about it; nothing in validation and prediction.</param>
    /// <param name="random">Where that is drawn from.</param>
    /// <exception cref="DamagedSampleException">As above.</exception>
    internal Tensor Read(string path, IReadOnlyList<Augmentation> augment, Random? random) =>
        ToTensor($"'{path}'", () => PictureFile.Read(path, ApplyOrientation, Background), augment, random);

    private Tensor ToTensor(
        string what,
        Func<(byte[] Pixels, int Height, int Width)> decode,
        IReadOnlyList<Augmentation> augment,
        Random? random)
    {
        var (pixels, height, width) = Decoded(what, decode);
        var area = Area.MiddleSquare(height, width);
        if (augment is [RandomResizedCrop crop, ..])
        {
            area = crop.Draw(random!, height, width);
            augment = [.. augment.Skip(1)];
        }

        using var scope = NewDisposeScope();
        var resized = Resampling.Resize(pixels, 3, height, width, area, ImageSize);
        var picture = tensor(resized).reshape(3, ImageSize, ImageSize).mul_(FromBytes);
        return augment.Apply(picture, random, Normalization).MoveToOuterDisposeScope();
    }

    private static (byte[] Pixels, int Height, int Width) Decoded(string what, Func<(byte[] Pixels, int Height, int Width)> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DamagedSampleException($"{what} cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not FineTuneException)
        {
            throw new DamagedSampleException($"{what} cannot be decoded as a picture: {exception.Message}", exception);
        }
    }
}
