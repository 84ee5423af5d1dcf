using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.SampleSupport;

/// <summary>A pre-trained network and a new head, without any attribute but those that say what is what.</summary>
public sealed partial class Classifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    /// <summary>Tells classes apart.</summary>
    /// <param name="backbone">The network; it is the model's from then on.</param>
    /// <param name="features">How many features it gives.</param>
    /// <param name="classes">How many classes there are.</param>
    public Classifier(Sequential backbone, int features, int classes) : base(nameof(Classifier))
    {
        this.backbone = backbone;
        head = Linear(features, classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
