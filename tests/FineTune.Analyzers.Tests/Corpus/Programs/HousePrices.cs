using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace HousePrices;

/// <summary>A table with a header, numbers only.</summary>
internal sealed class Table
{
    private readonly string[] header;
    private readonly List<float[]> rows;

    private Table(string[] header, List<float[]> rows)
    {
        this.header = header;
        this.rows = rows;
    }

    public int Count => rows.Count;

    public int Columns => header.Length - 1;

    public static Table Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var rows = lines
            .Skip(1)
            .Select(line =>
                line.Split(';').Select(cell => float.TryParse(cell, CultureInfo.InvariantCulture, out var value) ? value : 0f).ToArray())
            .ToList();
        return new(lines[0].Split(';'), rows);
    }

    public (Tensor Features, Tensor Prices) ToTensors()
    {
        var features = tensor(rows.SelectMany(row => row.Take(Columns)).ToArray()).reshape(Count, Columns);
        var prices = tensor(rows.Select(row => MathF.Log(1 + row[^1])).ToArray()).reshape(Count, 1);
        return (features, prices);
    }
}

internal sealed class Standardizer
{
    private readonly Tensor mean;
    private readonly Tensor deviation;

    public Standardizer(Tensor data)
    {
        mean = data.mean([0], keepdim: true);
        deviation = data.std(0, keepdim: true).clamp(min: 1e-6);
    }

    public Tensor Apply(Tensor data) => (data - mean) / deviation;
}

internal static class Program
{
    private const int Folds = 5;

    private static void Main()
    {
        var table = Table.Read("houses.csv");
        var (features, prices) = table.ToTensors();
        var order = randperm(table.Count);
        var parts = order.chunk(Folds);
        var errors = new List<double>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var trainIndices = cat(parts.Where((_, index) => index != fold).ToArray());
            var standardizer = new Standardizer(features.index_select(0, trainIndices));
            var error = TrainFold(
                standardizer.Apply(features.index_select(0, trainIndices)), prices.index_select(0, trainIndices),
                standardizer.Apply(features.index_select(0, parts[fold])), prices.index_select(0, parts[fold]));
            Console.WriteLine($"Fold {fold + 1}: root mean squared log error {error:F4}");
            errors.Add(error);
        }

        Console.WriteLine($"Mean {errors.Average():F4}");
    }

    private static double TrainFold(Tensor x, Tensor y, Tensor validationX, Tensor validationY)
    {
        // A model and an optimizer for each fold.
        using var model = Sequential(
            ("fc1", Linear(x.shape[1], 64)), ("relu1", ReLU()), ("drop", Dropout(0.2)),
            ("fc2", Linear(64, 32)), ("relu2", ReLU()),
            ("fc3", Linear(32, 1)));
        using var optimizer = optim.Adam(model.parameters(), 5e-3, weight_decay: 1e-4);
        var scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience: 10);
        var best = double.PositiveInfinity;
        for (var epoch = 0; epoch < 200; epoch++)
        {
            model.train();
            foreach (var indices in randperm(x.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                functional.mse_loss(model.call(x.index_select(0, indices)), y.index_select(0, indices)).backward();
                optimizer.step();
            }

            model.eval();
            using (no_grad())
            {
                using var validation = functional.mse_loss(model.call(validationX), validationY);
                best = Math.Min(best, Math.Sqrt(validation.ToDouble()));
                scheduler.step(validation.ToDouble());
            }
        }

        return best;
    }
}
