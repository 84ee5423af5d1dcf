using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.optim.lr_scheduler;

namespace OneCycleSchedule;

public sealed class Residual : Module<Tensor, Tensor>
{
    private readonly Linear first;
    private readonly Linear second;
    private readonly LayerNorm norm;

    public Residual(long width)
        : base("residual")
    {
        first = Linear(width, 2 * width);
        second = Linear(2 * width, width);
        norm = LayerNorm(width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x + second.call(functional.gelu(first.call(norm.call(x))));
}

public sealed class TabularNet : Module<Tensor, Tensor>
{
    private readonly Linear input;
    private readonly ModuleList<Residual> blocks;
    private readonly Linear output;

    public TabularNet(long features, long width, int depth)
        : base("tabular")
    {
        input = Linear(features, width);
        blocks = ModuleList(Enumerable.Range(0, depth).Select(_ => new Residual(width)).ToArray());
        output = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        output.call(blocks.Aggregate(input.call(x), (hidden, block) => block.call(hidden))).squeeze(1);
}

public enum Schedule
{
    Constant,
    Steps,
    OneCycle,
    Plateau,
}

public sealed class ScheduledTrainer
{
    private readonly TabularNet model;
    private readonly optim.Optimizer optimizer;
    private readonly LRScheduler? perEpoch;
    private readonly LRScheduler? perBatch;
    private readonly LRScheduler? byError;

    public ScheduledTrainer(TabularNet model, Schedule schedule, int epochs, int batches)
    {
        this.model = model;
        optimizer = optim.AdamW(model.parameters(), 2e-3, weight_decay: 0.01);
        switch (schedule)
        {
            case Schedule.Steps:
                perEpoch = StepLR(optimizer, step_size: 3, gamma: 0.4);
                break;
            case Schedule.OneCycle:
                perBatch = OneCycleLR(optimizer, max_lr: 1e-2, total_steps: epochs * batches + 1);
                break;
            case Schedule.Plateau:
                byError = ReduceLROnPlateau(optimizer, factor: 0.5, patience: 1);
                break;
        }
    }

    public IReadOnlyList<double> Fit(Tensor x, Tensor y, Tensor testX, Tensor testY, int epochs, int batchSize)
    {
        var errors = new List<double>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            TrainEpoch(x, y, batchSize);
            errors.Add(Error(testX, testY));
            Advance(errors[^1]);
        }

        return errors;
    }

    private void TrainEpoch(Tensor x, Tensor y, int batchSize)
    {
        model.train();
        foreach (var indices in randperm(y.shape[0]).split(batchSize))
        {
            using var scope = NewDisposeScope();
            var loss = functional.huber_loss(model.call(x[indices]), y[indices]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            perBatch?.step();
        }
    }

    private void Advance(double error)
    {
        perEpoch?.step();
        byError?.step(error);
    }

    private double Error(Tensor x, Tensor y)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return functional.l1_loss(model.call(x), y).item<float>();
    }
}

public static class Program
{
    private const int Features = 10;
    private const int Epochs = 8;
    private const int BatchSize = 64;

    public static void Main()
    {
        manual_seed(101);
        var weights = randn(Features, 1);
        var (x, y) = Sample(1600, weights);
        var (testX, testY) = Sample(400, weights);
        foreach (var schedule in Enum.GetValues<Schedule>())
        {
            using var scope = NewDisposeScope();
            using var model = new TabularNet(Features, 32, depth: 3);
            var trainer = new ScheduledTrainer(model, schedule, Epochs, 1600 / BatchSize);
            var errors = trainer.Fit(x, y, testX, testY, Epochs, BatchSize);
            Console.WriteLine($"{schedule,-8}: {string.Join(" ", errors.Select(error => error.ToString("F3")))}");
        }
    }

    private static (Tensor X, Tensor Y) Sample(int count, Tensor weights)
    {
        var x = randn(count, Features);
        var linear = x.matmul(weights).squeeze(1);
        return (x, linear.sin() + 0.3 * linear.abs() + 0.05 * randn(count));
    }
}
