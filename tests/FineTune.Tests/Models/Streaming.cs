using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Attention to what was seen in this call and in the ones before: keys and values of the last samples stay.</summary>
internal sealed class RememberingAttention : Module<Tensor, Tensor>
{
    private const int Kept = 24;

    private readonly Linear query = Linear(8, 8);
    private readonly Linear key = Linear(8, 8);
    private readonly Linear value = Linear(8, 8);
    private readonly List<(Tensor Key, Tensor Value)> seen = [];

    public RememberingAttention()
        : base(nameof(RememberingAttention)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        seen.Add((key.call(x).detach().DetachFromDisposeScope(), value.call(x).detach().DetachFromDisposeScope()));
        while (seen.Sum(call => call.Key.size(0)) > Kept)
        {
            seen[0].Key.Dispose();
            seen[0].Value.Dispose();
            seen.RemoveAt(0);
        }

        var keys = torch.cat([.. seen.Select(call => call.Key)], 0);
        var values = torch.cat([.. seen.Select(call => call.Value)], 0);
        return query.call(x).matmul(keys.t()).softmax(1).matmul(values).MoveToOuterDisposeScope();
    }
}

/// <summary>Noise that goes on in inference mode.</summary>
internal sealed class NeverQuiet() : Module<Tensor, Tensor>(nameof(NeverQuiet))
{
    public override Tensor forward(Tensor x) => x + torch.randn_like(x);
}

/// <summary>A backbone of three layers, of which the one in the middle is something odd.</summary>
internal sealed partial class Streaming : Module<Tensor, Tensor>
{
    [Backbone] public readonly Sequential backbone;
    [Head] public readonly Linear head = Linear(8, 1);

    public Streaming(Module<Tensor, Tensor> middle)
        : base(nameof(Streaming))
    {
        backbone = Sequential(("before", Linear(4, 8)), ("middle", middle), ("after", ReLU()));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
