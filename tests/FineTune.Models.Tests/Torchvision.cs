using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torchvision;

namespace FineTune.Models.Tests;

/// <summary>Models that TorchVision brings along; those that take longer are in the runtime's own slow tests.</summary>
internal static partial class Torchvision
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier(
            "TorchVision's ResNet-18, headless",
            () => new Headless(models.resnet18()),
            Matrix.Pictures(32),
            ["backbone.layer4.1."],
            Phase.Last(1, LayerUnit.Block)),
        Matrix.Classifier(
            "TorchVision's MobileNetV3, headless",
            () => new Headless(models.mobilenet_v3_small()),
            Matrix.Pictures(32),
            ["backbone.features.12."],
            Phase.Matching("features.12.*")),
        Matrix.Classifier(
            "TorchVision's ResNet-18 as it is",
            () => new Whole(models.resnet18(num_classes: 10)),
            Matrix.Pictures(32),
            ["backbone.fc."],
            Phase.Matching("fc")),
        Matrix.Classifier(
            "TorchVision's ResNet-18, its last layer the head",
            () => new HeadInside(models.resnet18(num_classes: 3, skipfc: true)),
            Matrix.Pictures(32),
            ["model.layer4.1."],
            Phase.Last(1, LayerUnit.Block),
            ["model.fc."]),
    ];

    internal sealed partial class Headless : Module<Tensor, Tensor>
    {
        [Backbone] private readonly HeadlessBackbone backbone;
        [Head] private readonly Linear head;

        public Headless(Module<Tensor, Tensor> model) : base(nameof(Headless))
        {
            backbone = Backbones.Headless(model);
            head = Linear(backbone.FeatureWidth, 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
    }

    internal sealed partial class Whole : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Module<Tensor, Tensor> backbone;
        [Head] private readonly Linear head = Linear(10, 3);

        public Whole(Module<Tensor, Tensor> model) : base(nameof(Whole))
        {
            backbone = model;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => head.call(functional.relu(backbone.call(x)));
    }

    internal sealed partial class HeadInside : Module<Tensor, Tensor>
    {
        [Backbone, Head("fc")] private readonly ResNet model;

        public HeadInside(ResNet model) : base(nameof(HeadInside))
        {
            this.model = model;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => model.call(x);
    }
}
