using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>The mean over the tokens of [batch, length, width], padding aside: [batch, width].</summary>
internal sealed class MeanOfTokens : Module<Tensor, Tensor>
{
    private static readonly Scalar One = 1;

    public MeanOfTokens() : base(nameof(MeanOfTokens)) { }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var count = Padding.Real(x).sum(1, keepdim: true).to(x.dtype);
        return (x.sum(1) / count.clamp(One)).MoveToOuterDisposeScope();
    }
}
