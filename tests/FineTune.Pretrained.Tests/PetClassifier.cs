using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>A model as a user writes it.</summary>
[FineTuneLR(1e-5), UnfreezeLast(20)]
public sealed partial class PetClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone = Pretrained.ResNet18ImageNet.Create();
    [Head(LearningRate = 1e-3)] private readonly Linear head = Linear(Pretrained.ResNet18ImageNet.Architecture.FeatureWidth, 3);

    public PetClassifier() : base(nameof(PetClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
