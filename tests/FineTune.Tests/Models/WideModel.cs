using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone of many equally wide layers, whose activations are what it takes memory for.</summary>
internal sealed partial class WideModel : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Sequential backbone;

    [Head]
    public readonly Linear head;

    public WideModel(int width, int layers)
        : base(nameof(WideModel))
    {
        backbone = Sequential(Enumerable.Range(0, layers).SelectMany(i => new (string, Module<Tensor, Tensor>)[]
        {
            ($"fc{i}", Linear(width, width)),
            ($"tanh{i}", Tanh()),
        }));
        head = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
