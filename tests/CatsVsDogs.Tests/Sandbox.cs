using FineTune;
using FineTune.SampleSupport.Pictures;

namespace CatsVsDogs.Tests;

/// <summary>A cache folder of the tests' own, with a small set of pictures, made once.</summary>
[SetUpFixture]
public sealed class Sandbox
{
    private static string root = "";

    internal static PictureOptions Small => new()
    {
        Cache = Path.Combine(root, "finetune-cats-vs-dogs"),
        Animals = new PictureSet("animals-small", ["cat", "dog"], Train: 48, Validation: 32),
        Figures = new PictureSet("figures-small", ["circle", "cross", "ring", "triangle"], Train: 60, Validation: 20),
        ImageSize = 64,
        Epochs = 4,
        Progress = ProgressStyle.None,
    };

    /// <summary>A folder that is empty now and gone at the end.</summary>
    internal static string NewFolder() => Directory.CreateDirectory(Path.Combine(root, Guid.NewGuid().ToString("N"))).FullName;

    [OneTimeSetUp]
    public void MakeRoot()
    {
        root = Directory.CreateTempSubdirectory("cats-vs-dogs-").FullName;
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", root);
    }

    [OneTimeTearDown]
    public void DeleteRoot() => Directory.Delete(root, recursive: true);
}
