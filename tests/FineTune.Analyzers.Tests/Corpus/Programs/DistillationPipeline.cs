using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DistillationPipeline;

public interface ITrainer
{
    string Name { get; }

    void Fit(Tensor x, Tensor y, int epochs);
}

/// <summary>The loop is here; what a loss is, the derived classes know.</summary>
public abstract class TrainerBase : ITrainer
{
    private readonly optim.Optimizer optimizer;
    private readonly optim.lr_scheduler.LRScheduler scheduler;

    protected TrainerBase(Module<Tensor, Tensor> model, double rate, int milestone)
    {
        Model = model;
        optimizer = optim.Adam(model.parameters(), rate);
        scheduler = optim.lr_scheduler.MultiStepLR(optimizer, [milestone, 2 * milestone], 0.3);
    }

    public abstract string Name { get; }

    protected Module<Tensor, Tensor> Model { get; }

    public void Fit(Tensor x, Tensor y, int epochs)
    {
        OnStart();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Model.train();
            var total = 0f;
            foreach (var indices in randperm(y.shape[0]).split(64))
                total += Step(x.index_select(0, indices), y.index_select(0, indices));
            scheduler.step();
            OnEpochEnd(epoch, total);
        }
    }

    public double Accuracy(Tensor x, Tensor y)
    {
        Model.eval();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Model.call(x).argmax(1).eq(y).to(ScalarType.Float32).mean().item<float>();
    }

    protected abstract Tensor ComputeLoss(Tensor x, Tensor y);

    protected virtual void OnStart()
    {
    }

    protected virtual void OnEpochEnd(int epoch, float loss)
    {
        if (epoch % 5 == 0)
            Console.WriteLine($"{Name} {epoch}: {loss:F2}");
    }

    private float Step(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = ComputeLoss(x, y);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }
}

public sealed class SupervisedTrainer(Module<Tensor, Tensor> model, double rate) : TrainerBase(model, rate, 10)
{
    public override string Name => "Supervised";

    protected override Tensor ComputeLoss(Tensor x, Tensor y) => F.cross_entropy(Model.call(x), y);
}

public sealed class DistillationTrainer : TrainerBase
{
    private const double Temperature = 4;
    private readonly Module<Tensor, Tensor> teacher;
    private readonly KLDivLoss divergence = KLDivLoss(log_target: false, reduction: Reduction.Sum);

    public DistillationTrainer(Module<Tensor, Tensor> student, Module<Tensor, Tensor> teacher, double rate)
        : base(student, rate, 10)
    {
        this.teacher = teacher;
        foreach (var parameter in teacher.parameters())
            parameter.requires_grad = false;
    }

    public override string Name => "Distilled";

    protected override void OnStart()
    {
        base.OnStart();
        teacher.eval();
    }

    protected override Tensor ComputeLoss(Tensor x, Tensor y)
    {
        Tensor soft;
        using (no_grad())
            soft = F.softmax(teacher.call(x) / Temperature, 1);

        var logits = Model.call(x);
        var imitation = divergence.call(F.log_softmax(logits / Temperature, 1), soft) * (Temperature * Temperature / x.shape[0]);
        return 0.7 * imitation + 0.3 * F.cross_entropy(logits, y);
    }
}

public static class Program
{
    private const int Classes = 4;

    public static void Main()
    {
        manual_seed(9);
        var (x, y) = Spirals(1200);
        var (testX, testY) = Spirals(400);
        using var teacher = Network(128, batchNorm: true);
        var first = new SupervisedTrainer(teacher, 3e-3);
        first.Fit(x, y, 20);
        Console.WriteLine($"Teacher: {first.Accuracy(testX, testY):P1}");

        // A small student, once with a teacher and once alone.
        using var student = Network(12, batchNorm: false);
        using var alone = Network(12, batchNorm: false);
        var trainers = new List<TrainerBase> { new DistillationTrainer(student, teacher, 5e-3), new SupervisedTrainer(alone, 5e-3) };
        foreach (var trainer in trainers)
        {
            trainer.Fit(x, y, 25);
            Console.WriteLine($"{trainer.Name}: {trainer.Accuracy(testX, testY):P1}");
        }
    }

    private static Sequential Network(long width, bool batchNorm)
    {
        var layers = new List<(string, Module<Tensor, Tensor>)> { ("fc1", Linear(2, width)) };
        if (batchNorm)
            layers.Add(("norm", BatchNorm1d(width)));
        layers.Add(("relu1", ReLU()));
        layers.Add(("fc2", Linear(width, width)));
        layers.Add(("relu2", ReLU()));
        layers.Add(("out", Linear(width, Classes)));
        return Sequential(layers);
    }

    private static (Tensor X, Tensor Y) Spirals(int count)
    {
        var labels = randint(0, Classes, [count], dtype: ScalarType.Int64);
        var radius = rand(count);
        var angle = radius * 5 + labels.to(ScalarType.Float32) * (2 * Math.PI / Classes) + 0.15 * randn(count);
        return (stack([radius * angle.cos(), radius * angle.sin()], 1) * 2, labels);
    }
}
