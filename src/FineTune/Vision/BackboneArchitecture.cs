using TorchSharp.Modules;

namespace FineTune.Vision;

/// <summary>What is known about a backbone before it is made.</summary>
/// <param name="Name">As torchvision spells it, such as <c>resnet18</c>.</param>
/// <param name="InputSize">The height and width of the pictures that published weights were trained on.</param>
/// <param name="Normalization">What those weights expect.</param>
/// <param name="FeatureWidth">The number of features that come out for a picture, which go into the head.</param>
/// <param name="Create">Makes one with random weights.</param>
public sealed record BackboneArchitecture(
    string Name,
    int InputSize,
    Normalization Normalization,
    int FeatureWidth,
    Func<Sequential> Create);
