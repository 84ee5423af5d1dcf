using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>A backbone whose second layer is added to its first: nowhere between them is there one tensor alone.</summary>
internal sealed class ResidualPart : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(4, 4);
    private readonly Linear second = Linear(4, 4);

    public ResidualPart()
        : base(nameof(ResidualPart)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var y = first.call(x);
        return y + second.call(y + x);
    }
}

/// <summary>A model on a backbone that runs as a whole.</summary>
internal sealed partial class OnResidual : Module<Tensor, Tensor>
{
    [Backbone] private readonly ResidualPart encoder = new();
    [Head] private readonly Linear head = Linear(4, 1);

    public OnResidual()
        : base(nameof(OnResidual)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(encoder.call(x));
}

/// <summary>The same, of whose backbone not even the class is known before it runs.</summary>
internal sealed partial class OnSomething : Module<Tensor, Tensor>
{
    [Backbone] private readonly Module<Tensor, Tensor> encoder = new ResidualPart();
    [Head] private readonly Linear head = Linear(4, 1);

    public OnSomething()
        : base(nameof(OnSomething)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(encoder.call(x));
}

/// <summary>A model whose forward pass cannot be cut at all.</summary>
internal sealed partial class EndingEarly : Module<Tensor, Tensor>
{
    [Backbone] private readonly Linear encoder = Linear(4, 4);
    [Head] private readonly Linear head = Linear(4, 1);

    public EndingEarly()
        : base(nameof(EndingEarly)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        if (x.shape[0] == 0)
        {
            return x;
        }

        return head.call(encoder.call(x));
    }
}
