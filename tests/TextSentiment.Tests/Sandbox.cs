using FineTune;
using FineTune.SampleSupport.Sentences;

namespace TextSentiment.Tests;

/// <summary>A cache folder of the tests' own, with a small set of sentences, written once.</summary>
[SetUpFixture]
public sealed class Sandbox
{
    private static string root = "";

    internal static SentenceSampleOptions Small => new()
    {
        Cache = Path.Combine(root, "finetune-text-sentiment"),
        Reviews = new SentenceSet("reviews", Count: 160, AreOpinions: true),
        Topics = new SentenceSet("topics", Count: 320, AreOpinions: false),
        Length = 16,
        Epochs = 2,
        Progress = ProgressStyle.None,
    };

    /// <summary>A folder that is empty now and gone at the end.</summary>
    internal static string NewFolder() => Directory.CreateDirectory(Path.Combine(root, Guid.NewGuid().ToString("N"))).FullName;

    [OneTimeSetUp]
    public void MakeRoot()
    {
        root = Directory.CreateTempSubdirectory("text-sentiment-").FullName;
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", root);
    }

    [OneTimeTearDown]
    public void DeleteRoot() => Directory.Delete(root, recursive: true);
}
