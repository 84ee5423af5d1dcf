using FineTune;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TextSentiment;

/// <summary>
/// What is fine-tuned: a pre-trained transformer and a new head, which answers with one number for a sentence of shape
/// [length], above 0 for the second class.
/// </summary>
[FineTuneLR(1e-3), UnfreezeLast(2, Unit = LayerUnit.Block)]
internal sealed partial class ReviewClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    public ReviewClassifier(Sequential backbone, int features) : base(nameof(ReviewClassifier))
    {
        this.backbone = backbone;
        head = Linear(features, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
