using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Characters;

/// <summary>Writes like the file it has read, letter by letter. The state goes from window to window, without its graph.</summary>
internal sealed class CharacterModel : Module<Tensor, Tensor, Tensor, (Tensor Logits, Tensor Hidden, Tensor Cell)>
{
    private readonly Embedding embedding;
    private readonly LSTM lstm;
    private readonly Linear output;

    public CharacterModel(long letters, long hidden, long layers)
        : base("characters")
    {
        embedding = Embedding(letters, hidden);
        lstm = LSTM(hidden, hidden, layers, dropout: 0.3);
        output = Linear(hidden, letters);
        Layers = layers;
        Hidden = hidden;
        RegisterComponents();
    }

    public long Layers { get; }

    public long Hidden { get; }

    public (Tensor Hidden, Tensor Cell) Start(long batch) => (zeros(Layers, batch, Hidden), zeros(Layers, batch, Hidden));

    public override (Tensor Logits, Tensor Hidden, Tensor Cell) forward(Tensor letters, Tensor hidden, Tensor cell)
    {
        var (states, h, c) = lstm.call(embedding.call(letters), (hidden, cell));
        return (output.call(states), h, c);
    }
}

internal static class Program
{
    private const int Window = 64;
    private const int Streams = 32;

    private static void Main(string[] args)
    {
        var text = File.ReadAllText(args[0]);
        var letters = text.Distinct().Order().ToArray();
        var numbers = letters.Select((letter, number) => (letter, number)).ToDictionary(entry => entry.letter, entry => (long)entry.number);
        var data = Fold(text.Select(letter => numbers[letter]).ToArray());

        var model = new CharacterModel(letters.Length, 256, 2);
        var optimizer = optim.Adam(model.parameters(), 2e-3);
        for (var epoch = 0; epoch < 20; epoch++)
        {
            model.train();
            var (hidden, cell) = model.Start(Streams);
            var bits = 0.0;
            var windows = 0;
            for (long start = 0; start + Window + 1 < data.shape[0]; start += Window)
            {
                var input = data.narrow(0, start, Window);
                var target = data.narrow(0, start + 1, Window);
                optimizer.zero_grad();
                (var logits, hidden, cell) = model.call(input, hidden, cell);
                var loss = functional.cross_entropy(logits.view(-1, letters.Length), target.reshape(-1));
                loss.backward();
                nn.utils.clip_grad_norm_(model.parameters(), 0.5);
                optimizer.step();
                hidden = hidden.detach();
                cell = cell.detach();
                bits += loss.ToDouble() / Math.Log(2);
                windows++;
            }

            Console.WriteLine($"Epoch {epoch}: {bits / windows:F3} bits a letter");
            Console.WriteLine(Write(model, letters, 300, 0.7));
        }
    }

    private static Tensor Fold(long[] numbers)
    {
        var length = numbers.Length / Streams;
        return tensor(numbers[..(length * Streams)]).view(Streams, length).transpose(0, 1).contiguous();
    }

    private static string Write(CharacterModel model, char[] letters, int length, double temperature)
    {
        model.eval();
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var (hidden, cell) = model.Start(1);
        var letter = zeros(new long[] { 1, 1 }, dtype: ScalarType.Int64);
        var text = new StringBuilder();
        for (var i = 0; i < length; i++)
        {
            (var logits, hidden, cell) = model.call(letter, hidden, cell);
            letter = multinomial(functional.softmax(logits[0] / temperature, 1), 1);
            text.Append(letters[letter.item<long>()]);
        }

        return text.ToString();
    }
}
