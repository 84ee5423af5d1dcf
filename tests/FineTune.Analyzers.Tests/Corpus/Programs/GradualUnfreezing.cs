using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GradualUnfreezing;

internal sealed class Stage : Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly LayerNorm norm;

    public Stage(long from, long to)
        : base("stage")
    {
        linear = Linear(from, to);
        norm = LayerNorm(to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.gelu(norm.call(linear.call(x)));
}

internal sealed class Tabular : Module<Tensor, Tensor>
{
    public readonly Stage bottom = new(40, 128);
    public readonly Stage middle = new(128, 128);
    public readonly Stage top = new(128, 64);
    public readonly Linear head = Linear(64, 3);

    public Tabular()
        : base("tabular") => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(top.call(middle.call(bottom.call(x))));
}

internal static class Program
{
    private static void Main(string[] args)
    {
        using var model = new Tabular();
        model.load("pretrained.bin");
        var (trainX, trainY) = Read(args[0]);
        var (testX, testY) = Read(args[1]);

        SetTrainable(model.bottom, false);
        SetTrainable(model.middle, false);
        SetTrainable(model.top, false);
        var optimizer = optim.Adam(model.parameters().Where(parameter => parameter.requires_grad).ToList(), 1e-3);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            model.train();
            foreach (var indices in randperm(trainX.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                functional.cross_entropy(model.call(trainX.index_select(0, indices)), trainY.index_select(0, indices)).backward();
                optimizer.step();
            }

            Console.WriteLine($"head {epoch}: {Accuracy(model, testX, testY):P1}");
        }

        // The top is told to train, and nobody tells the optimizer.
        SetTrainable(model.top, true);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            model.train();
            foreach (var indices in randperm(trainX.shape[0]).split(64))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                functional.cross_entropy(model.call(trainX.index_select(0, indices)), trainY.index_select(0, indices)).backward();
                optimizer.step(); // FT3001
            }

            Console.WriteLine($"top {epoch}: {Accuracy(model, testX, testY):P1}");
        }
    }

    private static void SetTrainable(Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
    }

    private static double Accuracy(Tabular model, Tensor x, Tensor y)
    {
        model.eval();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return model.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().ToDouble();
    }

    private static (Tensor X, Tensor Y) Read(string path)
    {
        var rows = new List<(float[] Features, long Label)>();
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var cells = line.Split(',');
            rows.Add((cells.Take(40).Select(float.Parse).ToArray(), long.Parse(cells[40])));
        }

        var x = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(rows.Count, 40);
        return (x, tensor(rows.Select(row => row.Label).ToArray()));
    }
}
