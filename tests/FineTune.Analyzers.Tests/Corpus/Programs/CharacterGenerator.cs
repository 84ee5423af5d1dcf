using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CharacterGenerator;

public sealed class CharacterRnn : Module<Tensor, (Tensor, Tensor)?, (Tensor Logits, (Tensor, Tensor) State)>
{
    private readonly Embedding characters;
    private readonly LSTM lstm;
    private readonly Dropout dropout;
    private readonly Linear output;
    private readonly long hidden;
    private readonly long layers;

    public CharacterRnn(long alphabet, long hidden, long layers)
        : base(nameof(CharacterRnn))
    {
        (this.hidden, this.layers) = (hidden, layers);
        characters = Embedding(alphabet, hidden);
        lstm = LSTM(hidden, hidden, layers, batchFirst: true);
        dropout = Dropout(0.1);
        output = Linear(hidden, alphabet);
        RegisterComponents();
    }

    public override (Tensor Logits, (Tensor, Tensor) State) forward(Tensor text, (Tensor, Tensor)? state)
    {
        var start = state ?? (zeros(layers, text.shape[0], hidden), zeros(layers, text.shape[0], hidden));
        var (states, h, c) = lstm.call(characters.call(text), start);
        return (output.call(dropout.call(states)), (h, c));
    }
}

public sealed class TextStream
{
    private readonly string alphabet;
    private readonly Tensor rows;
    private readonly int window;

    public TextStream(string text, int rowCount, int window)
    {
        this.window = window;
        alphabet = new string(text.Distinct().Order().ToArray());
        var length = text.Length / rowCount;
        rows = tensor(text.Take(length * rowCount).Select(c => (long)alphabet.IndexOf(c)).ToArray()).view(rowCount, length);
    }

    public int Alphabet => alphabet.Length;

    public char this[long index] => alphabet[(int)index];

    public long this[char character] => alphabet.IndexOf(character);

    public IEnumerable<(Tensor Input, Tensor Target)> Windows()
    {
        for (var start = 0L; start + window < rows.shape[1]; start += window)
            yield return (rows.narrow(1, start, window), rows.narrow(1, start + 1, window));
    }
}

public sealed class TextTrainer(CharacterRnn model, TextStream stream)
{
    private readonly optim.Optimizer optimizer = optim.Adam(model.parameters(), 5e-3);
    private Tensor? smoothed;

    /// <summary>The state is handed from window to window, without its history.</summary>
    public float Epoch()
    {
        model.train();
        (Tensor H, Tensor C)? state = null;
        foreach (var (input, target) in stream.Windows())
        {
            using var scope = NewDisposeScope();
            var (logits, (h, c)) = model.call(input, state);
            var loss = functional.cross_entropy(logits.flatten(0, 1), target.flatten());
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 2);
            optimizer.step();

            state?.H.Dispose();
            state?.C.Dispose();
            state = (scope.MoveToOuter(h.detach()), scope.MoveToOuter(c.detach()));
            var value = loss.detach();
            smoothed = scope.MoveToOuter(smoothed is null ? value.clone() : 0.9 * smoothed + 0.1 * value);
        }

        return smoothed?.item<float>() ?? float.NaN;
    }

    public IEnumerable<char> Write(char first)
    {
        model.eval();
        (Tensor H, Tensor C)? state = null;
        var character = first;
        while (true)
        {
            yield return character;
            (character, state) = Next(character, state);
        }
    }

    private (char Character, (Tensor H, Tensor C) State) Next(char character, (Tensor H, Tensor C)? state)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (logits, (h, c)) = model.call(tensor(stream[character]).view(1, 1), state);
        var index = multinomial(functional.softmax(logits[0, 0] / 0.6, 0), 1).item<long>();
        return (stream[index], scope.MoveToOuter(h, c));
    }
}

public static class Program
{
    public static void Main()
    {
        manual_seed(1900);
        var stream = new TextStream(Rhymes(300), rowCount: 8, window: 40);
        var model = new CharacterRnn(stream.Alphabet, 48, layers: 1);
        var trainer = new TextTrainer(model, stream);
        for (var epoch = 1; epoch <= 6; epoch++)
        {
            Console.WriteLine($"Epoch {epoch}: {trainer.Epoch():F4}");
            if (epoch % 3 == 0)
                Console.WriteLine($"  {string.Concat(trainer.Write('o').Take(50))}");
        }
    }

    private static string Rhymes(int count)
    {
        var random = new Random(1);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var (fruit, tree) = (random.GetItems(["apple", "plum", "pear"], 1)[0], random.GetItems(["old", "green", "tall"], 1)[0]);
            text.Append($"one {fruit} fell from the {tree} tree, ");
        }

        return text.ToString();
    }
}
