using FineTune.Analyzers.FT2007;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2007;

public sealed class RandomFeatureCacheTests
{
    private const string Augmented =
        "ImageFolder.Load(\"pictures\", new ImageFolderOptions { Augment = [Augmentations.HorizontalFlip()] })";
    private const string Split = "ImageFolder.LoadSplit(\"pictures\", new() { Augment = [Augmentations.Of(Flip)] })";

    [TestCase(
        "compiled.Fit(" + Augmented + ", new() { FeatureCache = new() { Storage = [|FeatureStorage.Memory|] } });",
        TestName = "In_memory")]
    [TestCase(
        "var cache = new FeatureCache { Storage = [|FeatureStorage.Memory|] }; compiled.Fit("
            + Augmented
            + ", new() { FeatureCache = cache with { Folder = null } });",
        TestName = "Stated_before")]
    [TestCase(
        "var train = "
            + Augmented
            + "; compiled.Fit(train, new() { FeatureCache = new() { Storage = [|FeatureStorage.Disk|] }, Epochs = 3 });",
        TestName = "On_disk")]
    [TestCase(
        "var (train, validation) = "
            + Split
            + "; compiled.Fit(train, new() { ValidationData = validation, FeatureCache = new() { Storage = [|FeatureStorage.Memory|] } });",
        TestName = "Half_of_a_split")]
    [TestCase(
        "(ImageFolder train, ImageFolder _) = "
            + Split
            + "; compiled.Fit(train, new() { FeatureCache = new() { Storage = [|FeatureStorage.Memory|], AugmentedViews = 0 } });",
        TestName = "No_views")]
    [TestCase(
        "var split = "
            + Split
            + "; compiled.Fit(new Subset(split.Train, [0, 1]), new() { FeatureCache = new() { Storage = [|FeatureStorage.Memory|] } });",
        TestName = "Part_of_it")]
    [TestCase(
        "compiled.Fit(new Noisy(), new() { FeatureCache = new() { Storage = [|FeatureStorage.Memory|] } });",
        TestName = "A_dataset_of_ones_own")]
    [TestCase(
        "var options = new FitOptions { FeatureCache = new() { Storage = [|FeatureStorage.Disk|] } }; compiled.Fit("
            + Augmented
            + ", options with { Epochs = 3 });",
        TestName = "Options_taken_over")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "compiled.Fit(" + Augmented + ", new() { FeatureCache = new() { Storage = FeatureStorage.Memory, AugmentedViews = 4 } });",
        TestName = "Views_stated")]
    [TestCase(
        "compiled.Fit(" + Augmented + ", new() { FeatureCache = new() { Storage = FeatureStorage.Auto } });",
        TestName = "Left_to_the_runtime")]
    [TestCase("compiled.Fit(" + Augmented + ", new() { FeatureCache = new() { Storage = FeatureStorage.Off } });", TestName = "Off")]
    [TestCase(
        "compiled.Fit(ImageFolder.Load(\"pictures\", new() { Augment = [] }), new() { FeatureCache = new() { Storage = "
            + "FeatureStorage.Memory } });",
        TestName = "Nothing_in_the_list")]
    [TestCase(
        "compiled.Fit(ImageFolder.Load(\"pictures\"), new() { FeatureCache = new() { Storage = FeatureStorage.Memory } });",
        TestName = "No_augmentation")]
    [TestCase(
        "var (train, validation) = "
            + Split
            + "; compiled.Fit(validation, new() { FeatureCache = new() { Storage = FeatureStorage.Memory } });",
        TestName = "Validation_half")]
    [TestCase("compiled.Fit(given, new() { FeatureCache = new() { Storage = FeatureStorage.Memory } });", TestName = "Data_from_elsewhere")]
    [TestCase(
        "compiled.Fit(new Plain(), new() { FeatureCache = new() { Storage = FeatureStorage.Memory } });",
        TestName = "A_dataset_that_draws_nothing")]
    [TestCase("compiled.Fit(" + Augmented + ", new() { FeatureCache = new() { Storage = kind } });", TestName = "Decided_at_run_time")]
    [TestCase(
        "var train = "
            + Augmented
            + "; train = ImageFolder.Load(\"pictures\"); compiled.Fit(train, new() { FeatureCache = new() { Storage = "
            + "FeatureStorage.Memory } });",
        TestName = "One_of_two_datasets")]
    [TestCase(
        "var cache = new FeatureCache { Storage = FeatureStorage.Memory, AugmentedViews = 2 }; compiled.Fit("
            + Augmented
            + ", new() { FeatureCache = cache });",
        TestName = "Views_stated_before")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public Task Flags_the_recipe() =>
        AnalyzerVerifier.Verify<RandomFeatureCacheAnalyzer>(
            Source("")
                .Replace(
                    "//",
                    "public static void Recipe<T>(T model) where T : Module<Tensor, Tensor>, IFineTunable => model.FineTune(new "
                        + "Noisy(), new Plain(), new() { Fit = new() { FeatureCache = new() { Storage = [|FeatureStorage.Memory|] } } });",
                    StringComparison.Ordinal),
            "FT2007");

    private static Task Verify(string body) => AnalyzerVerifier.Verify<RandomFeatureCacheAnalyzer>(Source(body), "FT2007");

    private static string Source(string body) =>
        $$"""
        using FineTune.Data;
        using FineTune.Vision;
        namespace Demo;
        public static class Program
        {
            public static void Run(CompiledModel compiled, IDataset given, FeatureStorage kind)
            {
                {{body}}
            }

            private static Tensor Flip(Tensor picture, Random random) => random.Next(2) == 0 ? picture : picture.flip(2);
            //
        }

        public sealed class Noisy : IDataset
        {
            public int Count => 3;
            public Sample Read(int index, Random random) => new(zeros(3) + random.NextDouble(), zeros(1));
        }

        public sealed class Plain : IDataset
        {
            public int Count => 3;
            public Sample Read(int index, Random random) => new(zeros(3), zeros(1));
        }
        """;
}
