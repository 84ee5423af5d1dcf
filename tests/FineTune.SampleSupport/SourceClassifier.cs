using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.SampleSupport;

/// <summary>
/// What a backbone is pre-trained in. All of it learns from random weights, so that BatchNorm has to measure its statistics.
/// </summary>
internal sealed partial class SourceClassifier : Module<Tensor, Tensor>
{
    [Backbone(BatchNorm = BatchNormMode.Train)]
    private readonly Sequential backbone;

    [Head]
    private readonly Linear head;

    public SourceClassifier(Sequential backbone, int features, int classes)
        : base(nameof(SourceClassifier))
    {
        this.backbone = backbone;
        head = Linear(features, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
