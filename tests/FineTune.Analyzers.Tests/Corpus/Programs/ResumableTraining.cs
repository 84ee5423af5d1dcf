using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResumableTraining;

public sealed class TrafficModel : Module<Tensor, Tensor>
{
    private readonly LSTM lstm;
    private readonly Linear hidden;
    private readonly Linear output;

    public TrafficModel(long features, long width)
        : base("traffic")
    {
        lstm = LSTM(features, width, batchFirst: true);
        hidden = Linear(width, width);
        output = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hours)
    {
        var (states, _, _) = lstm.call(hours);
        return output.call(functional.relu(hidden.call(states[.., -1]))).squeeze(1);
    }
}

public sealed record Progress(int Epoch, double BestError)
{
    public static Progress Parse(string line)
    {
        var parts = line.Split(';');
        return new(int.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch};{BestError:R}");
}

/// <summary>Keeps what is needed to go on after a break.</summary>
public sealed class Snapshot(string folder)
{
    private string Weights => Path.Combine(folder, "weights.bin");

    private string State => Path.Combine(folder, "progress.txt");

    public void Save(TrafficModel model, Progress progress)
    {
        Directory.CreateDirectory(folder);
        model.save(Weights);
        File.WriteAllText(State, progress.ToString());
    }

    public Progress? Restore(TrafficModel model)
    {
        if (!File.Exists(State))
            return null;
        using var saved = new TrafficModel(TrafficData.Features, 24);
        saved.load(Weights);
        model.load_state_dict(saved.state_dict(), strict: false); // FT3011
        return Progress.Parse(File.ReadAllText(State));
    }

    public bool TryRestoreBest(TrafficModel model)
    {
        var path = Path.Combine(folder, "best.bin");
        if (!File.Exists(path))
            return false;
        var loaded = new Dictionary<string, bool>();
        model.load(path, strict: false, loadedParameters: loaded);
        return loaded.Values.All(done => done);
    }

    public void SaveBest(TrafficModel model) => model.save(Path.Combine(folder, "best.bin"));
}

public static class TrafficData
{
    public const int Features = 3;
    public const int Past = 12;

    public static (Tensor X, Tensor Y) Generate(int hours, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, hours).Select(hour =>
        {
            var rush = Math.Exp(-Math.Pow(hour % 24 - 8, 2) / 6) + Math.Exp(-Math.Pow(hour % 24 - 17, 2) / 8);
            return new[] { (float)(rush + 0.1 * random.NextDouble()), hour % 24 / 24f, hour / 24 % 7 / 7f };
        }).ToArray();
        var starts = Enumerable.Range(0, hours - Past).ToArray();
        var x = starts.SelectMany(start => rows.Skip(start).Take(Past).SelectMany(row => row)).ToArray();
        return (tensor(x).view(starts.Length, Past, Features), tensor(starts.Select(start => rows[start + Past][0]).ToArray()));
    }
}

public static class Program
{
    public static void Main(string[] args)
    {
        manual_seed(7);
        var snapshot = new Snapshot(args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "traffic-" + Environment.ProcessId));
        var model = new TrafficModel(TrafficData.Features, 24);
        var progress = snapshot.Restore(model) ?? new Progress(0, double.PositiveInfinity);
        var optimizer = optim.Adam(model.parameters(), 4e-3);
        var (x, y) = TrafficData.Generate(1500, 1);
        var (testX, testY) = TrafficData.Generate(400, 2);
        for (var epoch = progress.Epoch; epoch < 8; epoch++)
        {
            model.train();
            foreach (var indices in randperm(y.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                var loss = functional.mse_loss(model.call(x[indices]), y[indices]);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }

            var error = Error(model, testX, testY);
            progress = new Progress(epoch + 1, Math.Min(error, progress.BestError));
            snapshot.Save(model, progress);
            if (error <= progress.BestError)
                snapshot.SaveBest(model);
            Console.WriteLine($"Epoch {epoch}: {error:F4}");
        }

        if (!snapshot.TryRestoreBest(model))
            Console.WriteLine("The best weights are not those of this model.");
        Console.WriteLine($"Best: {Error(model, testX, testY):F4}");
    }

    private static double Error(TrafficModel model, Tensor x, Tensor y)
    {
        model.eval();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return (model.call(x) - y).abs().mean().item<float>();
    }
}
