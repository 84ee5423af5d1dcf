using FineTune;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CatsVsDogs;

/// <summary>
/// What the backbone is pre-trained in: it tells drawn figures apart. All of it learns from random weights, so that
/// BatchNorm has to measure its statistics.
/// </summary>
internal sealed partial class FigureClassifier : Module<Tensor, Tensor>
{
    [Backbone(BatchNorm = BatchNormMode.Train)] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    public FigureClassifier(Sequential backbone, int features, int classes) : base(nameof(FigureClassifier))
    {
        this.backbone = backbone;
        head = Linear(features, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
