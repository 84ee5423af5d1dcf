using FineTune.Vision;
using FineTune.Weights;
using TorchSharp;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>A pre-trained backbone for pictures: what it is, where its weights come from, and how to make one.</summary>
public sealed class PretrainedBackbone
{
    internal PretrainedBackbone(BackboneArchitecture architecture, PretrainedSource source)
    {
        Architecture = architecture;
        Source = source;
    }

    /// <summary>Its input, its normalization and its features. Its <c>Create</c> makes one with random weights.</summary>
    public BackboneArchitecture Architecture { get; }

    /// <summary>The normalization of its pictures, red, green and blue: for <see cref="ImageFolderOptions.Normalization"/>.</summary>
    public Normalization Normalization => Architecture.Normalization;

    /// <summary>Where its weights come from.</summary>
    public PretrainedSource Source { get; }

    /// <summary>Makes the backbone with its weights, from the file that the build has put beside the program.</summary>
    /// <returns>From pictures of shape [batch, 3, height, width], normalized, to features of shape [batch, width].</returns>
    /// <exception cref="WeightsFileException">
    /// The file is missing: the sentence says which line the project file lacks. Or it is another.
    /// </exception>
    public Sequential Create() => Create(Source.Path);

    /// <summary>Makes the backbone with its weights.</summary>
    /// <param name="path">The file, where it lies elsewhere than beside the program.</param>
    /// <exception cref="WeightsFileException">The file is missing, or another.</exception>
    public Sequential Create(string path) => Create(path, out _);

    internal Sequential Create(string path, out LoadReport report)
    {
        Source.Verify(path);
        using var file = WeightsFile.Open(path);
        var backbone = PretrainedWeights.Load(file, Architecture.Name, Architecture.Create(), out report);

        // The network was trained on pictures whose channels are blue, green and red; here they are red, green and blue.
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var kernel = backbone.get_parameter("conv1.weight")!;
        kernel.copy_(kernel.flip(1));
        return backbone;
    }
}
