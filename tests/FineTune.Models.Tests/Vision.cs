using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Classifiers of pictures.</summary>
internal static partial class Vision
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier("convolutions in fields", () => new Fields(), Matrix.Pictures(), ["conv2."]),
        Matrix.Classifier("convolutions in a Sequential", () => new Chain(), Matrix.Pictures(), ["features.conv2"], Phase.Last(3)),
        Matrix.Classifier(
            "fields of the base type",
            () => new BaseTyped(),
            Matrix.Pictures(),
            ["norm.", "conv."],
            Phase.Full,
            notKept: "changes a tensor in place"),
        Matrix.Classifier(
            "residual blocks of one's own",
            () => new Residual(),
            Matrix.Pictures(),
            ["body.block2"],
            Phase.Last(1, LayerUnit.Block)),
        Matrix.Classifier("squeeze and excitation", () => new Excited(), Matrix.Pictures(), ["gate."], Phase.Matching("gate.*")),
        Matrix.Classifier("branches that are joined", () => new Branches(), Matrix.Pictures(), ["wide."], Phase.Matching("wide*")),
        Matrix.Classifier("dense connections in a loop", () => new Dense(), Matrix.Pictures(), ["layers.2."], Phase.Matching("2")),
        Matrix.Classifier(
            "patches with a class token",
            () => new Patches(),
            Matrix.Pictures(),
            ["encoder.fc2"],
            Phase.Matching("encoder.fc2")),
        Matrix.Classifier("depthwise convolutions", () => new Depthwise(), Matrix.Pictures(), ["body.point."], Phase.Last(2)),
        Matrix.Classifier(
            "several crops of a picture",
            () => new Crops(),
            () => (randn([ModelCase.Samples, 2, 3, 8, 8]), Matrix.Labels()),
            ["body.2."],
            Phase.Last(3)),
        Matrix.Classifier("normalization inside forward", () => new Normalized(), Matrix.Pictures(), ["body.conv."], Phase.Full),
        new ModelCase.Of<Twins>(
            "two pictures through one encoder",
            () => new Twins(),
            () => ([randn(ModelCase.Samples, 3, 8, 8), randn(ModelCase.Samples, 3, 8, 8)], rand(ModelCase.Samples)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0], x[1]).squeeze(1), y[0]))
        {
            Trains = ["encoder.conv2"],
            Fine = Phase.Matching("conv2"),
        },
        Matrix.Classifier(
            "MobileNetV2 of the package",
            () => new Packaged(),
            Matrix.Pictures(32),
            ["backbone.features.18."],
            Phase.Matching("features.18.*")),
    ];

    internal sealed partial class Fields : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Conv2d conv1 = Conv2d(3, 8, 3, padding: 1);
        [Backbone] private readonly Conv2d conv2 = Conv2d(8, 16, 3, padding: 1);
        private readonly MaxPool2d pool = MaxPool2d(2);
        [Head] private readonly Linear head = Linear(16 * 4, 3);

        public Fields() : base(nameof(Fields)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = functional.relu(conv1.call(input));
            x = pool.call(x);
            x = functional.relu(conv2.call(x));
            x = pool.call(x);
            x = x.flatten(1);
            return head.call(x);
        }
    }

    internal sealed partial class Chain : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential features = Sequential(
            ("conv1", Conv2d(3, 8, 3)), ("relu1", ReLU()), ("conv2", Conv2d(8, 16, 3)), ("relu2", ReLU()), ("pool", AdaptiveAvgPool2d(1)));

        [Head] private readonly Sequential head = Sequential(Flatten(), Dropout(0.2), Linear(16, 3));

        public Chain(Device? device = null) : base(nameof(Chain))
        {
            RegisterComponents();
            if (device is not null)
            {
                this.to(device);
            }
        }

        public override Tensor forward(Tensor x) => head.call(features.call(x));
    }

    internal sealed partial class BaseTyped : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Module<Tensor, Tensor> conv;
        [Backbone] private readonly Module<Tensor, Tensor> norm;
        [Head] private readonly Module<Tensor, Tensor> head;

        public BaseTyped() : base(nameof(BaseTyped))
        {
            conv = Conv2d(3, 8, 3, bias: false);
            norm = BatchNorm2d(8);
            head = Linear(8, 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var y = norm.call(conv.call(x)).relu_();
            return head.call(y.mean([2, 3])).MoveToOuterDisposeScope();
        }
    }

    internal sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;

        public Block(int channels) : base(nameof(Block))
        {
            conv1 = Conv2d(channels, channels, 3, padding: 1, bias: false);
            bn1 = BatchNorm2d(channels);
            conv2 = Conv2d(channels, channels, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var y = functional.relu(bn1.call(conv1.call(x)));
            return functional.relu(bn2.call(conv2.call(y)) + x);
        }
    }

    internal sealed partial class Residual : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential body = Sequential(
            ("stem", Conv2d(3, 8, 3)), ("block1", new Block(8)), ("block2", new Block(8)));

        [Head] private readonly Linear head = Linear(8, 3);

        public Residual() : base(nameof(Residual)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var features = body.call(x);
            var pooled = functional.adaptive_avg_pool2d(features, 1).flatten(1);
            return head.call(pooled);
        }
    }

    internal sealed partial class Excited : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Conv2d conv = Conv2d(3, 8, 3);
        [Backbone]
        private readonly Sequential gate = Sequential(
            ("down", Linear(8, 2)), ("relu", ReLU()), ("up", Linear(2, 8)), ("sigmoid", Sigmoid()));
        [Head] private readonly Linear head = Linear(8, 3);

        public Excited() : base(nameof(Excited)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var y = conv.call(x).relu();
            var weights = gate.call(y.mean([2, 3])).unsqueeze(-1).unsqueeze(-1);
            return head.call((y * weights).mean([2, 3]));
        }
    }

    internal sealed partial class Branches : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Conv2d narrow = Conv2d(3, 8, 1);
        [Backbone] private readonly Sequential wide = Sequential(("reduce", Conv2d(3, 8, 1)), ("conv", Conv2d(8, 8, 5, padding: 2)));
        [Head] private readonly Linear head = Linear(19, 3);

        public Branches() : base(nameof(Branches)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var branch1 = narrow.call(x);
            var branch2 = wide.call(x);
            var branch3 = functional.avg_pool2d(x, 3, 1, 1);
            var joined = torch.cat([branch1, branch2, branch3], 1);
            return head.call(joined.relu().mean([2, 3]));
        }
    }

    internal sealed partial class Dense : Module<Tensor, Tensor>
    {
        [Backbone] private readonly ModuleList<Module<Tensor, Tensor>> layers = ModuleList<Module<Tensor, Tensor>>();
        [Head] private readonly Linear head;

        public Dense(int growth = 8, int depth = 3) : base(nameof(Dense))
        {
            var channels = 8;
            for (var i = 0; i < depth; i++, channels += growth)
            {
                layers.Add(Conv2d(channels, growth, 3, padding: 1));
            }

            head = Linear(channels, 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var features = torch.cat([x, x, x.narrow(1, 0, 2)], 1);
            foreach (var layer in layers)
            {
                features = torch.cat([features, layer.call(features).relu()], 1);
            }

            return head.call(features.mean([2, 3]));
        }
    }

    internal sealed partial class Patches : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Conv2d embed = Conv2d(3, 8, 4, stride: 4);
        [Backbone] private readonly Parameter token = Parameter(zeros(1, 1, 8));
        [Backbone] private readonly Parameter positions = Parameter(randn(1, 5, 8) * 0.02);
        [Backbone]
        private readonly Sequential encoder = Sequential(
            ("norm", LayerNorm(8)), ("fc1", Linear(8, 16)), ("gelu", GELU()), ("fc2", Linear(16, 8)));
        [Head] private readonly Linear head = Linear(8, 3);

        public Patches() : base(nameof(Patches)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var patches = embed.call(x).flatten(2).transpose(1, 2);
            var all = torch.cat([token.expand(x.shape[0], -1, -1), patches], 1) + positions;
            all = all + encoder.call(all);
            return head.call(all.mean([1]));
        }
    }

    internal sealed partial class Depthwise : Module<Tensor, Tensor>
    {
        [Backbone]
        public Sequential body { get; } = Sequential(
            ("stem", Conv2d(3, 8, 3, padding: 1)),
            ("depth", Conv2d(8, 8, 3, padding: 1, groups: 8, bias: false)),
            ("bn", BatchNorm2d(8)),
            ("relu6", ReLU6()),
            ("point", Conv2d(8, 8, 1)),
            ("act", Hardswish()));

        [Head] public Linear head { get; } = Linear(8, 3);

        public Depthwise() : base(nameof(Depthwise)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(body.call(x).mean([2, 3]));
    }

    internal sealed partial class Crops : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential body = Sequential(Conv2d(3, 8, 3), ReLU(), Conv2d(8, 8, 3), ReLU(), AdaptiveAvgPool2d(1));
        [Head] private readonly Linear head = Linear(8, 3);

        public Crops() : base(nameof(Crops)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var crops = x.flatten(0, 1);
            var features = body.call(crops).flatten(1);
            var each = features.view(-1, 2, 8);
            return head.call(each.mean([1]));
        }
    }

    internal sealed partial class Normalized : Module<Tensor, Tensor>
    {
        private readonly Tensor mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).view(1, 3, 1, 1);
        private readonly Tensor deviation = tensor(new[] { 0.229f, 0.224f, 0.225f }).view(1, 3, 1, 1);
        [Backbone] private readonly Sequential body = Sequential(("conv", Conv2d(3, 8, 3)), ("silu", SiLU()));
        [Head] private readonly Linear head = Linear(8, 3);

        public Normalized() : base(nameof(Normalized)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(body.call((x - mean) / deviation).mean([2, 3]));
    }

    internal sealed partial class Twins : Module<Tensor, Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential encoder = Sequential(
            ("conv1", Conv2d(3, 8, 3)), ("relu", ReLU()), ("conv2", Conv2d(8, 8, 3)));
        [Head] private readonly Linear head = Linear(8, 1);

        public Twins() : base(nameof(Twins)) => RegisterComponents();

        public override Tensor forward(Tensor first, Tensor second) => head.call((Encode(first) - Encode(second)).abs());

        private Tensor Encode(Tensor x) => encoder.call(x).mean([2, 3]);
    }

    internal sealed partial class Packaged : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential backbone = Backbones.MobileNetV2();
        [Head] private readonly Linear head = Linear(1280, 3);

        public Packaged() : base(nameof(Packaged)) => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
    }
}
