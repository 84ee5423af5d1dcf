using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Two classes of pictures of shape [3, 6, 8].</summary>
internal sealed partial class PictureModel : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone = Sequential(("flatten", Flatten()), ("fc", Linear(3 * 6 * 8, 4)));

    [Head]
    public readonly Linear head = Linear(4, 2);

    public PictureModel()
        : base(nameof(PictureModel)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
