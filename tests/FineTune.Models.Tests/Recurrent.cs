using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models.Tests;

/// <summary>Recurrences, and models that keep a state.</summary>
internal static partial class Recurrent
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        Matrix.Classifier("an LSTM's last state", () => new LastState(), Matrix.Sentences(), ["lstm."], Phase.Matching("lstm")),
        Matrix.Classifier("an LSTM in both directions", () => new BothWays(), Matrix.Sentences(), ["embedding.", "lstm."], Phase.Full),
        new ModelCase.Of<Lengths>(
            "tokens and their number through a GRU",
            () => new Lengths(),
            () => ([Matrix.Tokens(), randint(1, 7, [ModelCase.Samples])], Matrix.Labels()),
            Losses.CategoricalCrossEntropy(),
            (model, x, y) => functional.cross_entropy(model.call(x[0], x[1]), y[0]))
        {
            Trains = ["gru."],
            Fine = Phase.Matching("gru"),
        },
        new ModelCase.Of<Steps>(
            "a cell in a loop over time",
            () => new Steps(),
            () => (randn(ModelCase.Samples, 5, 3), rand(ModelCase.Samples, 1)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0]), y[0]))
        {
            Trains = ["cell."],
            Fine = Phase.Full,
            NotKept = "cannot be split into a frozen and a trainable half",
        },
        new ModelCase.Of<Forecast>(
            "a forecast from dilated convolutions",
            () => new Forecast(),
            () => (randn(ModelCase.Samples, 1, 12), rand(ModelCase.Samples, 2)),
            Losses.MeanSquaredError(),
            (model, x, y) => functional.mse_loss(model.call(x[0]), y[0]))
        {
            Trains = ["body.2."],
            Fine = Phase.Matching("2"),
        },
    ];

    internal sealed partial class LastState : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding embedding = Embedding(20, 5);
        [Backbone] private readonly LSTM lstm = LSTM(5, 6, batchFirst: true);
        [Head] private readonly Linear head = Linear(6, 3);

        public LastState() : base(nameof(LastState)) => RegisterComponents();

        public override Tensor forward(Tensor ids)
        {
            var (output, _, _) = lstm.call(embedding.call(ids));
            var last = output.select(1, -1);
            return head.call(last);
        }
    }

    internal sealed partial class BothWays : Module<Tensor, Tensor>
    {
        [Backbone] private readonly Embedding embedding;
        [Backbone] private readonly LSTM lstm;
        [Head] private readonly Linear head;

        public BothWays(int vocabulary = 20, int width = 4) : base(nameof(BothWays))
        {
            embedding = Embedding(vocabulary, width);
            lstm = LSTM(width, width, numLayers: 2, bidirectional: true, batchFirst: true);
            head = Linear(2 * width, 3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids)
        {
            var words = embedding.call(ids);
            var (states, hidden, cells) = lstm.call(words);
            return head.call(torch.cat([hidden[-2], hidden[-1]], 1));
        }
    }

    internal sealed partial class Lengths : Module<Tensor, Tensor, Tensor>
    {
        [Backbone] private readonly Embedding words = Embedding(20, 5);
        [Backbone] private readonly GRU gru = GRU(5, 6, batchFirst: true);
        [Head] private readonly Linear head = Linear(6, 3);

        public Lengths() : base(nameof(Lengths)) => RegisterComponents();

        public override Tensor forward(Tensor ids, Tensor lengths)
        {
            var states = gru.call(words.call(ids)).Item1;
            var last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, 6);
            return head.call(states.gather(1, last).squeeze(1));
        }
    }

    internal sealed partial class Steps : Module<Tensor, Tensor>
    {
        [Backbone] private readonly LSTMCell cell = LSTMCell(3, 6);
        [Head] private readonly Linear head = Linear(6, 1);

        public Steps() : base(nameof(Steps)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var h = torch.zeros(x.shape[0], 6);
            var c = torch.zeros(x.shape[0], 6);
            for (var t = 0; t < x.shape[1]; t++)
            {
                (h, c) = cell.call(x.select(1, t), (h, c));
            }

            return head.call(h);
        }
    }

    internal sealed partial class Forecast : Module<Tensor, Tensor>
    {
        [Backbone]
        private readonly Sequential body = Sequential(
            Conv1d(1, 8, 3, dilation: 1), ReLU(), Conv1d(8, 8, 3, dilation: 2), ReLU());
        [Head] private readonly Sequential head = Sequential(Flatten(), Linear(48, 2));

        public Forecast() : base(nameof(Forecast)) => RegisterComponents();

        public override Tensor forward(Tensor series) => head.call(body.call(series));
    }
}
