using FineTune;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PetsApi;

/// <summary>
/// The class that samples/CatsVsDogs trains, with the same members; a program of one's own would have it in a library. All of its weights
/// are in the saved file, so that the published ones are not needed here.
/// </summary>
internal sealed partial class PetClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone = Pretrained.ResNet18ImageNet.Architecture.Create();
    [Head] private readonly Linear head = Linear(Pretrained.ResNet18ImageNet.Architecture.FeatureWidth, 1);

    public PetClassifier() : base(nameof(PetClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
