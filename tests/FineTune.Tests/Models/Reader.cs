using FineTune.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Token ids and their mask in, a class and a score out. Its layers are declared in another order than they run in.</summary>
internal sealed partial class Reader : Module<Tensor, Tensor, (Tensor Class, Tensor Score)>
{
    [Backbone]
    public readonly Sequential mixer = Sequential(("fc1", Linear(8, 8)), ("tanh", Tanh()), ("drop", Dropout(0.3)), ("fc2", Linear(8, 8)));

    [Backbone]
    public readonly Embedding tokens = Embedding(20, 8);

    [Head]
    public readonly Linear classes = Linear(8, 3);

    [Head]
    public readonly Linear score = Linear(8, 1);

    private Reader() : base(nameof(Reader)) => RegisterComponents();

    public override (Tensor Class, Tensor Score) forward(Tensor ids, Tensor mask)
    {
        var each = mixer.call(tokens.call(ids)) * mask.unsqueeze(2);
        var mean = each.sum(1) / mask.sum(1, keepdim: true);
        return (classes.call(mean), score.call(mean));
    }

    public static Reader Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new();
    }

    /// <summary>Sentences of up to six tokens, with the class and the score that follow from them.</summary>
    public static InMemoryDataset Sentences(int count = 24, long seed = 5)
    {
        torch.manual_seed(seed);
        var ids = torch.randint(1, 20, [count, 6]);
        var mask = torch.arange(6).unsqueeze(0).lt(torch.randint(2, 7, [count, 1])).to_type(ScalarType.Float32);
        var sum = (ids.to_type(ScalarType.Float32) * mask).sum(1) / mask.sum(1);
        return new([ids, mask], [(sum / 7).to_type(ScalarType.Int64).clamp(0, 2), sum / 10]);
    }
}
