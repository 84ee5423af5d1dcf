using FineTune.Vision;

namespace FineTune.SampleSupport.Pictures;

/// <summary>What fine-tuning on animals makes of what a network knew of figures.</summary>
public static class FigureProbe
{
    /// <summary>The accuracy of telling figures apart before and after.</summary>
    /// <param name="options">Which figures.</param>
    /// <param name="pictures">How pictures are read.</param>
    /// <param name="fit">How the probe learns.</param>
    /// <param name="fineTuned">The file of the fine-tuned backbone.</param>
    public static Forgetting Ask(PictureOptions options, ImageFolderOptions pictures, FitOptions fit, string fineTuned)
    {
        (var train, var validation) = ImageFolder.LoadSplit(options.Figures.Drawn(options.Cache), pictures);
        var network = Pretrained.ResNet18ImageNet;
        return SourceProbe.Ask(network.Create(), network.Architecture.FeatureWidth, train, validation, fit, fineTuned);
    }
}
