using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DiscriminativeRates;

internal sealed class SoundNet : Module<Tensor, Tensor>
{
    public readonly Sequential early;
    public readonly Sequential late;
    public readonly Linear head;

    public SoundNet(int classes)
        : base("sound")
    {
        early = Sequential(Conv1d(1, 8, 5, stride: 2, padding: 2), BatchNorm1d(8), ReLU());
        late = Sequential(Conv1d(8, 16, 5, stride: 2, padding: 2), BatchNorm1d(16), ReLU(), AdaptiveAvgPool1d(4), Flatten());
        head = Linear(64, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor waves) => head.call(late.call(early.call(waves)));

    /// <summary>The early layers are not trained, so they stay as they are used.</summary>
    public override void train(bool on = true)
    {
        base.train(on);
        early.eval();
    }
}

internal sealed class LayerwiseOptimizer
{
    private readonly optim.Optimizer inner;
    private readonly optim.lr_scheduler.LRScheduler warmup;

    public LayerwiseOptimizer(SoundNet net, double rate)
    {
        foreach (var parameter in net.early.parameters())
            parameter.requires_grad = false;

        // Biases and norms are not decayed.
        var (decayed, plain) = Divide(net.late.named_parameters());
        var groups = new List<AdamW.ParamGroup>
        {
            new(decayed, lr: rate / 10, weight_decay: 0.05),
            new(plain, lr: rate / 10, weight_decay: 0),
            new(net.head.parameters().ToList(), lr: rate, weight_decay: 0.01),
        };
        inner = optim.AdamW(groups, rate);
        warmup = optim.lr_scheduler.LambdaLR(inner, step => Math.Min(1, (step + 1) / 40.0));
    }

    public IEnumerable<double> Rates => inner.ParamGroups.Select(group => group.LearningRate);

    public void ZeroGrad() => inner.zero_grad();

    public void Step()
    {
        inner.step();
        warmup.step();
    }

    private static (List<Parameter> Decayed, List<Parameter> Plain) Divide(IEnumerable<(string name, Parameter parameter)> parameters)
    {
        var byShape = parameters.ToLookup(pair => pair.parameter.dim() > 1, pair => pair.parameter);
        return (byShape[true].ToList(), byShape[false].ToList());
    }
}

internal static class Program
{
    private const int Samples = 256;
    private static readonly string[] Instruments = ["flute", "horn", "string"];

    private static void Main(string[] args)
    {
        manual_seed(120);
        var net = new SoundNet(Instruments.Length);
        if (args.Length > 0)
        {
            var (missing, unexpected) = net.load_state_dict(Saved(args[0]), strict: false);
            if (unexpected.Count > 0 || missing.Any(name => !name.StartsWith("head", StringComparison.Ordinal)))
                throw new InvalidOperationException($"{args[0]} belongs to another network.");
        }

        var optimizer = new LayerwiseOptimizer(net, 5e-3);
        var (waves, labels) = Record(600);
        var (testWaves, testLabels) = Record(150);
        for (var epoch = 0; epoch < 8; epoch++)
        {
            net.train();
            var losses = randperm(labels.shape[0])
                .split(30)
                .Select(indices => Step(net, optimizer, waves[indices], labels[indices]))
                .ToList();
            Console.WriteLine($"{epoch}: {losses.Average():F4}, {Accuracy(net, testWaves, testLabels):P1}");
        }

        Console.WriteLine($"Rates: {string.Join(", ", optimizer.Rates.Select(rate => rate.ToString("E1")))}");
    }

    private static double Step(SoundNet net, LayerwiseOptimizer optimizer, Tensor waves, Tensor labels)
    {
        using var scope = NewDisposeScope();
        optimizer.ZeroGrad();
        var loss = functional.cross_entropy(net.call(waves), labels);
        loss.backward();
        optimizer.Step();
        return loss.item<float>();
    }

    private static double Accuracy(SoundNet net, Tensor waves, Tensor labels)
    {
        net.eval();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return net.call(waves).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }

    private static Dictionary<string, Tensor> Saved(string path)
    {
        using var other = new SoundNet(10);
        other.load(path);
        return other.state_dict()
            .Where(entry => !entry.Key.StartsWith("head", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    private static (Tensor Waves, Tensor Labels) Record(int count)
    {
        var labels = randint(0, Instruments.Length, [count], dtype: ScalarType.Int64);
        var pitch = 0.1 + 0.1 * rand(count, 1);
        var phase = arange(Samples, dtype: ScalarType.Float32).unsqueeze(0) * pitch;
        var overtones = labels.to(ScalarType.Float32).unsqueeze(1) * 0.4;
        var waves = phase.sin() + overtones * (3 * phase).sin() + 0.2 * randn(count, Samples);
        return (waves.unsqueeze(1), labels);
    }
}
