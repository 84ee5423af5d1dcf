using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>What <see cref="Backbones.Headless"/> makes: a chain of named stages that knows how many features it gives.</summary>
public sealed class HeadlessBackbone : Sequential
{
    internal HeadlessBackbone((string Name, Module<Tensor, Tensor> Module)[] stages, long featureWidth)
        : base(stages) => FeatureWidth = featureWidth;

    /// <summary>The features of each picture: the number of inputs that a head of its own takes.</summary>
    public long FeatureWidth { get; }
}
