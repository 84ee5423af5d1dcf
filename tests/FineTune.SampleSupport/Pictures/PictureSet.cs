using TorchSharp;

namespace FineTune.SampleSupport.Pictures;

/// <summary>A folder of drawn pictures, split into training and validation, half PNG and half JPEG.</summary>
/// <param name="Name">Of the folder. It changes when the drawings do, so that old ones are not taken for new.</param>
/// <param name="Kinds">What is drawn: the classes.</param>
/// <param name="Train">The training pictures of each class.</param>
/// <param name="Validation">The validation pictures of each class.</param>
public sealed record PictureSet(string Name, IReadOnlyList<string> Kinds, int Train, int Validation)
{
    /// <summary>The height and width of the pictures.</summary>
    public const int Size = 64;

    // TorchVision has none until it is told which; 75 is its quality for JPEG, as it is torchvision's.
    private static readonly torchvision.io.Imager Encoder = new torchvision.io.SkiaImager(quality: 75);

    /// <summary>The kinds of animal to tell apart.</summary>
    public static PictureSet Animals { get; } = new("animals-3", ["cat", "dog"], Train: 80, Validation: 40);

    /// <summary>What forgetting is measured by.</summary>
    public static PictureSet Figures { get; } =
        new("figures-3", ["circle", "cross", "ring", "square", "star", "triangle"], Train: 40, Validation: 20);

    /// <summary>The folder of the set below <paramref name="parent"/>, drawn if it is not there yet.</summary>
    public string Drawn(string parent) => CacheFolder.Once(Path.Combine(parent, Name), folder =>
    {
        var random = new Random(Name.Sum(character => character));
        foreach ((var split, var count) in new[] { ("train", Train), ("validation", Validation) })
        {
            foreach (var kind in Kinds)
            {
                var kindFolder = Directory.CreateDirectory(Path.Combine(folder, split, kind)).FullName;
                for (var i = 0; i < count; i++)
                {
                    Write(new Artist(random, Size).Draw(kind), Path.Combine(kindFolder, $"{i:000}"), jpeg: i % 2 == 0);
                }
            }
        }
    });

    private static void Write(torch.Tensor picture, string path, bool jpeg)
    {
        using (picture)
        {
            if (jpeg)
            {
                torchvision.io.write_jpeg(picture, path + ".jpg", Encoder);
            }
            else
            {
                torchvision.io.write_png(picture, path + ".png", Encoder);
            }
        }
    }
}
