using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone in half precision under a head in single precision.</summary>
internal sealed partial class HalfBackbone : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(("fc1", Linear(4, 16)), ("relu1", ReLU()), ("fc2", Linear(16, 16)), ("relu2", ReLU()));

    [Head]
    public readonly Linear head = Linear(16, 1);

    public HalfBackbone()
        : base(nameof(HalfBackbone))
    {
        RegisterComponents();
        backbone.to(ScalarType.BFloat16);
    }

    public override Tensor forward(Tensor x) =>
        head.call(backbone.call(x.to_type(ScalarType.BFloat16)).to_type(ScalarType.Float32));

    public static HalfBackbone Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new HalfBackbone();
    }
}
