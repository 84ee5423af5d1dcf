using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CurriculumLearning;

internal sealed record Exercise(long[] Symbols, float Answer, int Difficulty);

/// <summary>Reads sums like 3+4-2 and tells what comes out.</summary>
internal sealed class Reader : Module<Tensor, Tensor>
{
    private readonly Embedding symbols;
    private readonly LSTM lstm;
    private readonly Dropout dropout;
    private readonly Linear output;

    public Reader(long hidden)
        : base("reader")
    {
        symbols = Embedding(13, 16, padding_idx: 0);
        lstm = LSTM(16, hidden, batchFirst: true);
        dropout = Dropout(0.1);
        output = Linear(hidden, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor text)
    {
        var (states, _, _) = lstm.call(symbols.call(text));
        return output.call(dropout.call(states.select(1, text.shape[1] - 1))).squeeze(1);
    }
}

internal sealed class Curriculum(IReadOnlyList<Exercise> exercises, int levels)
{
    public int Level { get; private set; } = 1;

    public bool Finished => Level > levels;

    public IEnumerable<Exercise> Current => exercises.Where(exercise => exercise.Difficulty <= Level);

    public void Report(double error)
    {
        if (error < 0.6 * Level)
            Level++;
    }
}

internal static class Program
{
    private const int Longest = 9;

    private static void Main(string[] args)
    {
        manual_seed(71);
        var model = new Reader(48);
        var optimizer = optim.Adam(model.parameters(), 4e-3);
        var criterion = MSELoss();
        var exercises = Write(4000, seed: 1).ToList();
        var held = Write(400, seed: 2).ToLookup(exercise => exercise.Difficulty);
        var curriculum = new Curriculum(exercises, levels: 4);
        var random = new Random(40);
        var iterations = args.Length > 0 ? int.Parse(args[0]) : 800;

        model.train();
        for (var iteration = 1; iteration <= iterations && !curriculum.Finished; iteration++)
        {
            using var scope = NewDisposeScope();
            var pool = curriculum.Current.ToList();
            var batch = Enumerable.Range(0, 64).Select(_ => pool[random.Next(pool.Count)]).ToList();
            var (x, y) = Collate(batch);
            var loss = criterion.call(model.call(x), y);
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step(); // FT3014

            if (iteration % 50 != 0)
                continue;
            model.eval();
            using var guard = no_grad();
            var (testX, testY) = Collate(held[curriculum.Level].ToList());
            var error = (model.call(testX) - testY).abs().mean().item<float>();
            Console.WriteLine($"{iteration}: level {curriculum.Level}, loss {loss.item<float>():F3}, error {error:F2}");
            curriculum.Report(error);
        }

        Console.WriteLine(curriculum.Finished ? "All levels are passed." : $"Stays at level {curriculum.Level}.");
    }

    private static (Tensor X, Tensor Y) Collate(List<Exercise> batch) => (
        tensor(batch.SelectMany(exercise => exercise.Symbols).ToArray()).view(batch.Count, Longest),
        tensor(batch.Select(exercise => exercise.Answer).ToArray()));

    /// <summary>As many operations as the difficulty says; digits are 1 to 10, plus is 11, minus is 12.</summary>
    private static IEnumerable<Exercise> Write(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var difficulty = 1 + i % 4;
            var symbols = new List<long>();
            var answer = 0;
            for (var part = 0; part <= difficulty; part++)
            {
                var minus = part > 0 && random.Next(2) == 0;
                var digit = random.Next(10);
                if (part > 0)
                    symbols.Add(minus ? 12 : 11);
                symbols.Add(1 + digit);
                answer += minus ? -digit : digit;
            }

            var padding = Enumerable.Repeat(0L, Longest - symbols.Count);
            yield return new(padding.Concat(symbols).ToArray(), answer, difficulty);
        }
    }
}
