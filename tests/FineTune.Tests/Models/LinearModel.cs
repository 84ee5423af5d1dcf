using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Two linear layers and nothing random: numbers can be followed by hand.</summary>
internal sealed partial class LinearModel : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(("first", Linear(3, 3)), ("second", Linear(3, 3)));

    [Head]
    public readonly Linear head = Linear(3, 1);

    public LinearModel()
        : base(nameof(LinearModel)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public static LinearModel Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new LinearModel();
    }
}
