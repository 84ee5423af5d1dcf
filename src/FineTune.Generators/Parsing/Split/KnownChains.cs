using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing.Split;

/// <summary>Recognizes compiled classes between whose children the runtime itself finds the cut: it knows how they run.</summary>
internal static class KnownChains
{
    private static readonly HashSet<string> OfTorchvision =
        ["AlexNet", "GoogleNet", "InceptionV3", "MobileNetV2", "MobileNetV3", "ResNet", "VGG"];

    /// <summary>Whether a class is one of TorchSharp's layers, a model of <c>torchvision.models</c>, or made by this library.</summary>
    public static bool Include(INamedTypeSymbol type, TorchTypes torch, Compilation compilation) =>
        torch.IsOwn(type)
        || (type.ContainingAssembly.Name == "TorchVision" && OfTorchvision.Contains(type.Name))
        || SymbolEqualityComparer.Default.Equals(
            type.ContainingAssembly,
            compilation.GetTypeByMetadataName(MetadataNames.IFineTunable)?.ContainingAssembly);
}
