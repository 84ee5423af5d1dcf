using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests.Models;

/// <summary>Sequences of numbered words, [N, T], through an LSTM, whose answer is a tuple.</summary>
internal sealed partial class Recurrent : Module<Tensor, Tensor>
{
    [Backbone] public readonly Embedding words = Embedding(20, 8);
    [Backbone] public readonly LSTM lstm = LSTM(8, 16, batchFirst: true);
    [Head] public readonly Linear head = Linear(16, 1);

    public Recurrent()
        : base(nameof(Recurrent)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (outputs, _, _) = lstm.call(words.call(x), null);
        return head.call(outputs.mean([1]));
    }

    public static Recurrent Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new Recurrent();
    }
}

/// <summary>Sequences of different lengths, [N, 1 + T] with the length first, through a GRU that reads each to its end.</summary>
internal sealed partial class RecurrentToTheEnd : Module<Tensor, Tensor>
{
    [Backbone] public readonly Embedding words = Embedding(20, 8);
    [Backbone] public readonly GRU gru = GRU(8, 16, batchFirst: true);
    [Head] public readonly Linear head = Linear(16, 1);

    public RecurrentToTheEnd()
        : base(nameof(RecurrentToTheEnd)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var lengths = x.narrow(1, 0, 1).squeeze(1);
        var embedded = words.call(x.narrow(1, 1, x.size(1) - 1));
        var packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first: true, enforce_sorted: false);
        var (_, last) = gru.call(packed, null);
        return head.call(last.squeeze(0));
    }

    public static RecurrentToTheEnd Seeded(long seed = 1)
    {
        torch.manual_seed(seed);
        return new RecurrentToTheEnd();
    }
}
