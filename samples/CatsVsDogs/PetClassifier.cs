using FineTune;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CatsVsDogs;

/// <summary>
/// What is fine-tuned: a pre-trained backbone and a new head, which answers with one number for a picture of shape
/// [3, size, size], above 0 for the second class.
/// </summary>
[FineTuneLR(1e-4), UnfreezeLast(20)]
internal sealed partial class PetClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    public PetClassifier(Sequential backbone, int features) : base(nameof(PetClassifier))
    {
        this.backbone = backbone;
        head = Linear(features, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
