using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SequenceToSequence;

internal sealed class Encoder : Module<Tensor, (Tensor States, Tensor Last)>
{
    private readonly Embedding symbols;
    private readonly GRU gru;

    public Encoder(long count, long hidden)
        : base("encoder")
    {
        symbols = Embedding(count, hidden);
        gru = GRU(hidden, hidden, batchFirst: true);
        RegisterComponents();
    }

    public override (Tensor States, Tensor Last) forward(Tensor input) => gru.call(symbols.call(input));
}

internal sealed class AttentionDecoder : Module<Tensor, Tensor, Tensor, (Tensor Logits, Tensor Hidden)>
{
    private readonly Embedding symbols;
    private readonly Linear query;
    private readonly GRU gru;
    private readonly Linear output;

    public AttentionDecoder(long count, long hidden)
        : base("decoder")
    {
        symbols = Embedding(count, hidden);
        query = Linear(hidden, hidden);
        gru = GRU(2 * hidden, hidden, batchFirst: true);
        output = Linear(2 * hidden, count);
        RegisterComponents();
    }

    public override (Tensor Logits, Tensor Hidden) forward(Tensor symbol, Tensor hidden, Tensor states)
    {
        var embedded = symbols.call(symbol).unsqueeze(1);
        var scores = bmm(query.call(hidden.transpose(0, 1)), states.transpose(1, 2));
        var context = bmm(functional.softmax(scores, 2), states);
        var (step, next) = gru.call(cat([embedded, context], 2), hidden);
        return (output.call(cat([step, context], 2)).squeeze(1), next);
    }
}

internal sealed class Translator
{
    public const int Start = 0;

    private readonly Encoder encoder;
    private readonly AttentionDecoder decoder;
    private readonly optim.Optimizer encoderOptimizer;
    private readonly optim.Optimizer decoderOptimizer;
    private readonly Random random = new(2);

    public Translator(int symbols, int hidden)
    {
        encoder = new Encoder(symbols, hidden);
        decoder = new AttentionDecoder(symbols, hidden);
        encoderOptimizer = optim.Adam(encoder.parameters(), 4e-3);
        decoderOptimizer = optim.Adam(decoder.parameters(), 4e-3);
    }

    /// <summary>The losses of all places are added up, and have one gradient.</summary>
    public float Train(Tensor input, Tensor target, double forcing)
    {
        encoder.train();
        decoder.train();
        using var scope = NewDisposeScope();
        var (states, hidden) = encoder.call(input);
        var symbol = full([input.shape[0]], Start, dtype: ScalarType.Int64);
        var loss = zeros(1);
        var forced = random.NextDouble() < forcing;
        for (var place = 0L; place < target.shape[1]; place++)
        {
            var (logits, next) = decoder.call(symbol, hidden, states);
            var wanted = target.select(1, place);
            loss += functional.cross_entropy(logits, wanted);
            symbol = forced ? wanted : logits.argmax(1).detach();
            hidden = next;
        }

        encoderOptimizer.zero_grad();
        decoderOptimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(encoder.parameters().Concat(decoder.parameters()), 1.0);
        encoderOptimizer.step();
        decoderOptimizer.step();
        return loss.item<float>() / target.shape[1];
    }

    public long[] Translate(long[] input)
    {
        encoder.eval();
        decoder.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (states, hidden) = encoder.call(tensor(input).unsqueeze(0));
        var symbol = full([1], Start, dtype: ScalarType.Int64);
        var output = new List<long>();
        foreach (var _ in input)
        {
            (var logits, hidden) = decoder.call(symbol, hidden, states);
            symbol = logits.argmax(1);
            output.Add(symbol.item<long>());
        }

        return [.. output];
    }
}

internal static class Program
{
    private const int Symbols = 11;
    private const int Length = 6;

    private static readonly Random Dice = new(8);

    private static void Main(string[] args)
    {
        manual_seed(77);
        var translator = new Translator(Symbols, 32);
        var iterations = args.Length > 0 ? int.Parse(args[0]) : 400;
        var recent = new Queue<float>();
        for (var iteration = 1; iteration <= iterations; iteration++)
        {
            var sentences = Enumerable.Range(0, 64).Select(_ => Sentence()).ToArray();
            using var input = Table(sentences);
            using var target = Table(sentences.Select(Reply));
            recent.Enqueue(translator.Train(input, target, forcing: 1 - 0.5 * iteration / iterations));
            if (recent.Count > 50)
                recent.Dequeue();
            if (iteration % 100 == 0)
                Console.WriteLine($"{iteration}: {recent.Average():F4}");
        }

        var right = Enumerable.Range(0, 100)
            .Select(_ => Sentence())
            .Count(sentence => translator.Translate(sentence).SequenceEqual(Reply(sentence)));
        Console.WriteLine($"{right} % are right as a whole.");
    }

    private static long[] Sentence() => Enumerable.Range(0, Length).Select(_ => Dice.NextInt64(1, Symbols)).ToArray();

    /// <summary>Backwards.</summary>
    private static long[] Reply(long[] sentence) => Enumerable.Reverse(sentence).ToArray();

    private static Tensor Table(IEnumerable<long[]> rows) => tensor(rows.SelectMany(row => row).ToArray()).view(-1, Length);
}
