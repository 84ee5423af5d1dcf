using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Models of sound.</summary>
internal static partial class Audio
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier("convolutions over a wave", () => new Wave(), Sounds(), ["body.3."], Phase.Matching("3")),
        Matrix.Classifier("frames and their energies", () => new Frames(), Sounds(), ["body.1."], Phase.Matching("1")),
        Matrix.Classifier(
            "convolutions, then a recurrence",
            () => new Convolved(),
            () => (randn(ModelCase.Samples, 1, 8, 12), Matrix.Labels()),
            ["body.2."],
            Phase.Matching("2"),
            ["gru", "head"]),
    ];

    private static Func<(Tensors, Tensors)> Sounds() => () => (randn(ModelCase.Samples, 1, 64), Matrix.Labels());

    internal sealed partial class Wave : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential body = Sequential(
            Conv1d(1, 8, 8, stride: 4), BatchNorm1d(8), LeakyReLU(0.1), Conv1d(8, 8, 3), ReLU());
        [Head] private readonly Linear head = Linear(8, 3);

        public Wave() : base(nameof(Wave)) => RegisterComponents();

        public override Tensor forward(Tensor wave) => head.call(body.call(wave).mean([2]));
    }

    internal sealed partial class Frames : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential body = Sequential(LayerNorm(8), Linear(8, 6), ReLU());
        [Head] private readonly Linear head = Linear(6, 3);

        public Frames() : base(nameof(Frames)) => RegisterComponents();

        public override Tensor forward(Tensor wave)
        {
            var frames = wave.squeeze(1).unfold(1, 8, 4);
            var energies = torch.log1p(frames.square());
            return head.call(body.call(energies).amax([1]));
        }
    }

    internal sealed partial class Convolved : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Sequential body = Sequential(Conv2d(1, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU());
        [Head] private readonly GRU gru = GRU(64, 5, batchFirst: true);
        [Head] private readonly Linear head = Linear(5, 3);

        public Convolved() : base(nameof(Convolved)) => RegisterComponents();

        public override Tensor forward(Tensor spectrum)
        {
            var features = body.call(spectrum).permute(0, 3, 1, 2).flatten(2);
            var (_, last) = gru.call(features);
            return head.call(last[0]);
        }
    }
}
