using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Text;

/// <summary>The first token of [batch, length, width], which speaks for the sentence: [batch, width].</summary>
internal sealed class FirstToken : Module<Tensor, Tensor>
{
    public FirstToken() : base(nameof(FirstToken)) { }

    public override Tensor forward(Tensor x) => x.select(1, 0);
}
