using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Benchmarks;

/// <summary>A pre-trained network with a new head for ten classes.</summary>
[FineTuneLR(1e-5)]
internal sealed partial class Tuned : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone;
    [Head] private readonly Linear head;

    public Tuned(Sequential backbone, int features) : base(nameof(Tuned))
    {
        this.backbone = backbone;
        head = Linear(features, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    /// <summary>Four encoder layers over sequences of 128 features, and the mean of their answers.</summary>
    public static Sequential Transformer() =>
        Sequential(
            ("0", new EncoderStage(first: true)),
            ("1", new EncoderStage()),
            ("2", new EncoderStage()),
            ("3", new EncoderStage()),
            ("mean", new MeanOverTime()));

    private sealed class EncoderStage : Module<Tensor, Tensor>
    {
        private readonly TransformerEncoderLayer layer = TransformerEncoderLayer(128, 4, 512, 0.1);
        private readonly bool first;

        public EncoderStage(bool first = false) : base(nameof(EncoderStage))
        {
            this.first = first;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => layer.call(first ? x.transpose(0, 1) : x, null!, null!);
    }

    private sealed class MeanOverTime() : Module<Tensor, Tensor>(nameof(MeanOverTime))
    {
        public override Tensor forward(Tensor x) => x.mean([0]);
    }
}
