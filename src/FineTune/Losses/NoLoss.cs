using static TorchSharp.torch;

namespace FineTune;

/// <summary>What a model is compiled with whose loss is computed in a loop of its author's own.</summary>
internal sealed class NoLoss() : JointLoss("none")
{
    public override Tensor PerSample(Tensors outputs, Tensors targets) => throw Missing();

    internal override void ThrowUnlessTakes(Tensors outputs, Tensors targets) => throw Missing();

    private static FineTuneException Missing() => new(
        "The model was compiled without a loss. Give Compile one, as in Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy()), or "
            + "train it with TrainStep(() => loss).");
}
