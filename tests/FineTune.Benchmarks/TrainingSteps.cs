using FineTune.Vision;


using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Benchmarks;

/// <summary>Whole steps of training: forward, backward, and Adam over all parameters.</summary>
internal static class TrainingSteps
{
    public static void Run()
    {
        using var scope = NewDisposeScope();
        var resnet = Sequential(("backbone", Backbones.ResNet18()), ("head", Linear(512, 10)));
        Comparison.Print("A training step", "ms", 1e3, 41,
            ("resnet18", "32×3×64×64", 1, Step(resnet, randn(32, 3, 64, 64))),
            ("transformer", "4 layers, 16×32×128", 2, Step(new Transformer(), randn(16, 32, 128))));
    }

    private static Action Step(Module<Tensor, Tensor> model, Tensor input)
    {
        optim.Optimizer optimizer = optim.Adam(model.parameters(), 1e-3);
        var target = randint(0, 10, [input.shape[0]]);
        return () =>
        {
            using var step = NewDisposeScope();
            optimizer.zero_grad();
            functional.cross_entropy(model.call(input), target).backward();
            optimizer.step();
        };
    }

    private sealed class Transformer : Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.TransformerEncoder encoder = TransformerEncoder(TransformerEncoderLayer(128, 4, 512, 0.1), 4);
        private readonly TorchSharp.Modules.Linear head = Linear(128, 10);

        public Transformer() : base(nameof(Transformer)) => RegisterComponents();

        public override Tensor forward(Tensor input) => head.call(encoder.call(input.transpose(0, 1), null!, null!).mean([0]));
    }
}
