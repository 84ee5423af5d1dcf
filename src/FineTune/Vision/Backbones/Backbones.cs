namespace FineTune.Vision;

/// <summary>
/// Backbones of torchvision's architectures without their classification heads: each is a <c>Sequential</c> of named
/// stages from ordinary TorchSharp modules, takes pictures of shape [batch, 3, height, width], and gives features of
/// shape [batch, width]. Parameters have torchvision's names, so that its published weights load into them.
/// </summary>
public static partial class Backbones
{
    /// <summary>All architectures that can be picked by name.</summary>
    public static IReadOnlyList<BackboneArchitecture> All { get; } =
    [
        new("resnet18", 224, Normalization.ImageNet, 512, ResNet18),
        new("resnet34", 224, Normalization.ImageNet, 512, ResNet34),
        new("resnet50", 224, Normalization.ImageNet, 2048, ResNet50),
        new("resnet101", 224, Normalization.ImageNet, 2048, ResNet101),
        new("resnet152", 224, Normalization.ImageNet, 2048, ResNet152),
        new("resnext50_32x4d", 224, Normalization.ImageNet, 2048, ResNeXt50),
        new("wide_resnet50_2", 224, Normalization.ImageNet, 2048, WideResNet50),
        new("densenet121", 224, Normalization.ImageNet, 1024, DenseNet121),
        new("mobilenet_v2", 224, Normalization.ImageNet, 1280, MobileNetV2),
        new("mobilenet_v3_small", 224, Normalization.ImageNet, 576, MobileNetV3Small),
        new("mobilenet_v3_large", 224, Normalization.ImageNet, 960, MobileNetV3Large),
        new("efficientnet_b0", 224, Normalization.ImageNet, 1280, EfficientNetB0),
        new("efficientnet_b1", 240, Normalization.ImageNet, 1280, EfficientNetB1),
        new("efficientnet_b2", 288, Normalization.ImageNet, 1408, EfficientNetB2),
        new("efficientnet_b3", 300, Normalization.ImageNet, 1536, EfficientNetB3),
        new("efficientnet_b4", 380, Normalization.ImageNet, 1792, EfficientNetB4),
        new("regnet_y_400mf", 224, Normalization.ImageNet, 440, RegNetY400MF),
        new("convnext_tiny", 224, Normalization.ImageNet, 768, ConvNeXtTiny),
        new("convnext_small", 224, Normalization.ImageNet, 768, ConvNeXtSmall),
        new("vit_b_16", 224, Normalization.ImageNet, 768, () => ViTB16()),
        new("swin_t", 224, Normalization.ImageNet, 768, SwinT),
        new("vgg16", 224, Normalization.ImageNet, 25_088, Vgg16),
        new("vgg16_bn", 224, Normalization.ImageNet, 25_088, Vgg16Bn),
    ];

    /// <summary>The architecture of a name.</summary>
    /// <exception cref="FineTuneException">There is none; the sentence lists the names there are.</exception>
    public static BackboneArchitecture Named(string name) =>
        All.FirstOrDefault(architecture => architecture.Name == name)
        ?? throw new FineTuneException(
            $"There is no backbone '{name}'; expected one of {string.Join(", ", All.Select(architecture => architecture.Name))}.");
}
