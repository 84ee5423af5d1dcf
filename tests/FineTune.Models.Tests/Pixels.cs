using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models that answer with a picture: segmentation and reconstruction.</summary>
internal static partial class Pixels
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Segments("U-Net with skip connections", () => new UNet(), ["bottom."], Phase.Matching("bottom"), ["up", "head"]),
        Segments(
            "fully convolutional, interpolated",
            () => new Upsampled(),
            ["body.conv2"],
            Phase.Matching("conv2"),
            notKept: "'size' is needed by what trains, and is no tensor"),
        new ModelCase.Of<Autoencoder>(
            "autoencoder",
            () => new Autoencoder(),
            () => (rand(ModelCase.Samples, 3, 8, 8), rand(ModelCase.Samples, 3, 8, 8)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0]), y[0]))
        {
            Trains = ["encoder.2."],
            Fine = Phase.Matching("2"),
            Heads = ["decoder"],
        },
    ];

    private static ModelCase Segments<TModel>(
        string name, Func<TModel> create, string[] trains, Phase fine, string[]? heads = null, string? notKept = null)
        where TModel : Module<Tensor, Tensor>, IFineTunable =>
        Matrix.Classifier(
            name,
            create,
            () => (randn(ModelCase.Samples, 3, 8, 8), randint(0, 3, [ModelCase.Samples, 8, 8])),
            trains,
            fine,
            heads,
            notKept);

    internal sealed partial class UNet : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential down1 = Double(3, 8);
        [Backbone] private readonly Sequential down2 = Double(8, 8);
        [Backbone] private readonly Conv2d bottom = Conv2d(8, 8, 3, padding: 1);
        [Head] private readonly ConvTranspose2d up1 = ConvTranspose2d(8, 8, 2, stride: 2);
        [Head] private readonly ConvTranspose2d up2 = ConvTranspose2d(16, 8, 2, stride: 2);
        [Head] private readonly Conv2d head = Conv2d(16, 3, 1);

        public UNet() : base(nameof(UNet)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var s1 = down1.call(x);
            var s2 = down2.call(functional.max_pool2d(s1, 2));
            var y = bottom.call(functional.max_pool2d(s2, 2)).relu();
            y = torch.cat([up1.call(y), s2], 1);
            y = torch.cat([up2.call(y), s1], 1);
            return head.call(y);
        }

        private static Sequential Double(long from, long to) => Sequential(
            ("conv", Conv2d(from, to, 3, padding: 1)), ("bn", BatchNorm2d(to)), ("relu", ReLU()));
    }

    internal sealed partial class Upsampled : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential body = Sequential(
            ("conv1", Conv2d(3, 8, 3, stride: 2, padding: 1)), ("relu", ReLU()), ("conv2", Conv2d(8, 8, 3, padding: 1)));

        [Head] private readonly Conv2d head = Conv2d(8, 3, 1);

        public Upsampled() : base(nameof(Upsampled)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var size = x.shape[2..];
            var y = head.call(body.call(x));
            return functional.interpolate(y, size, mode: InterpolationMode.Bilinear, align_corners: false);
        }
    }

    internal sealed partial class Autoencoder : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential encoder = Sequential(
            Conv2d(3, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU());
        [Head] private readonly Sequential decoder = Sequential(Conv2d(8, 8, 3, padding: 1), Tanh(), Conv2d(8, 3, 1));

        public Autoencoder() : base(nameof(Autoencoder)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            using (var scope = NewDisposeScope())
            {
                var code = encoder.call(x);
                return decoder.call(code).MoveToOuterDisposeScope();
            }
        }
    }
}
