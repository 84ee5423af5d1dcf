using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A model of torchvision without its classifier, below a head of its own.</summary>
internal sealed partial class HeadlessTorchvision : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly HeadlessBackbone backbone;

    [Head]
    public readonly Linear head;

    public HeadlessTorchvision(Module<Tensor, Tensor> model)
        : base(nameof(HeadlessTorchvision))
    {
        backbone = Backbones.Headless(model);
        head = Linear(backbone.FeatureWidth, 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>A model of torchvision as it is, whose answers are what the head starts from.</summary>
internal sealed partial class WholeTorchvision : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Module<Tensor, Tensor> backbone;

    [Head]
    public readonly Linear head = Linear(10, 3);

    public WholeTorchvision(Module<Tensor, Tensor> model)
        : base(nameof(WholeTorchvision))
    {
        backbone = model;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}

/// <summary>TorchSharp's own way: a model of torchvision with as many classes as there are, whose last layer is the head.</summary>
[FineTuneLR(1e-3)]
internal sealed partial class OwnFc : Module<Tensor, Tensor>
{
    [Backbone, Head("fc", LearningRate = 1e-2)]
    public readonly Module<Tensor, Tensor> model;

    public OwnFc(Module<Tensor, Tensor> model)
        : base(nameof(OwnFc))
    {
        this.model = model;
        RegisterComponents();
    }
}

/// <summary>The same with a head further down.</summary>
[LayerDecay(0.5)]
internal sealed partial class OwnClassifier : Module<Tensor, Tensor>
{
    [Backbone, Head("classifier.6")]
    public readonly Module<Tensor, Tensor> model;

    public OwnClassifier(Module<Tensor, Tensor> model)
        : base(nameof(OwnClassifier))
    {
        this.model = model;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => model.call(x);
}

/// <summary>A head that the backbone does not have.</summary>
internal sealed partial class NoSuchPart : Module<Tensor, Tensor>
{
    [Backbone, Head("layer5")]
    private readonly ResNet model = torchvision.models.resnet18(num_classes: 3);

    public NoSuchPart()
        : base(nameof(NoSuchPart)) => RegisterComponents();
}
