using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>
    /// A model of <c>torchvision.models</c> without its classifier (<c>fc</c> or <c>classifier</c>): its other children, in the order in
    /// which they run, under their own names. Features equal those that the model hands to its classifier, in evaluation and in training;
    /// the forward pass can be cut between any two of the children, and published weights fit.
    /// </summary>
    /// <param name="model">
    /// A ResNet, VGG, AlexNet, MobileNet, GoogLeNet or Inception v3, which is taken apart: its parts live on in what is returned, its
    /// classifier is disposed of.
    /// </param>
    /// <returns>A backbone of pictures, [N, 3, height, width], to features, [N, <see cref="HeadlessBackbone.FeatureWidth"/>].</returns>
    /// <remarks>
    /// TorchVision's GoogLeNet and Inception v3 compute no auxiliary outputs; <c>AuxLogits</c> of the latter is left out. Where they were
    /// made with <c>transform_input</c>, that is the first of the children.
    /// </remarks>
    /// <exception cref="FineTuneException">The model is of another class.</exception>
    /// <example><code>
    /// [Backbone] private readonly HeadlessBackbone backbone = Backbones.Headless(torchvision.models.resnet50());
    /// [Head] private readonly Linear head;
    ///
    /// public Flowers() : base(nameof(Flowers))
    /// {
    ///     head = Linear(backbone.FeatureWidth, 102);
    ///     RegisterComponents();
    /// }
    /// </code></example>
    public static HeadlessBackbone Headless(Module<Tensor, Tensor> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (TorchvisionChain.Of(model) is not { Steps: [.. var steps, var classifier] })
        {
            throw new FineTuneException(
                $"Backbones.Headless does not know the forward pass of {model.GetType()}; it takes what torchvision.models makes. Mark "
                    + "the member that holds the model [Backbone, Head(\"…\")], with the name of its last part, or write a Sequential "
                    + "of the parts before it.");
        }

        var width = FirstLinear(classifier.Module).in_features;
        var kept = steps.Select(step => (nn.Module)step.Module).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var unused in model.children().Where(child => !kept.Contains(child)))
        {
            unused.Dispose();
        }

        return new(steps, width);
    }

    private static Linear FirstLinear(nn.Module classifier) =>
        classifier as Linear ?? classifier.modules().OfType<Linear>().First();
}
