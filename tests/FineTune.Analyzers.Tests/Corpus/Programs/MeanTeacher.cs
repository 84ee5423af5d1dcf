using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MeanTeacher;

public sealed class PointNet : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Linear fc3;
    private readonly Dropout dropout;

    public PointNet()
        : base("points")
    {
        fc1 = Linear(2, 32);
        fc2 = Linear(32, 32);
        fc3 = Linear(32, 2);
        dropout = Dropout(0.1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor points)
    {
        var x = functional.relu(fc1.call(points));
        x = functional.relu(fc2.call(dropout.call(x)));
        return fc3.call(x);
    }
}

/// <summary>A few labels and many points without: the teacher is the mean of the students of before.</summary>
public sealed class SemiSupervisedTrainer : IDisposable
{
    private readonly PointNet student = new();
    private readonly PointNet teacher = new();
    private readonly optim.Optimizer optimizer;
    private readonly int rampUp;
    private int step;

    public SemiSupervisedTrainer(double rate, int rampUp)
    {
        this.rampUp = rampUp;
        teacher.load_state_dict(student.state_dict());
        foreach (var parameter in teacher.parameters())
            parameter.requires_grad = false;
        optimizer = optim.Adam(student.parameters(), rate);
    }

    private double Consistency => 8 * Math.Exp(-5 * Math.Pow(1 - Math.Min(1.0, (double)step / rampUp), 2));

    public (float Supervised, float Unsupervised) Train(Tensor labelled, Tensor labels, Tensor unlabelled, int steps)
    {
        student.train();
        teacher.train();
        var sums = (Supervised: 0f, Unsupervised: 0f);
        for (var i = 0; i < steps; i++, step++)
        {
            using var scope = NewDisposeScope();
            var points = unlabelled[randperm(unlabelled.shape[0]).narrow(0, 0, 64)];
            var supervised = functional.cross_entropy(student.call(Shake(labelled)), labels);
            var unsupervised = Disagreement(points);
            var loss = supervised + Consistency * unsupervised;
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            Teach();
            sums = (sums.Supervised + supervised.item<float>(), sums.Unsupervised + unsupervised.item<float>());
        }

        return (sums.Supervised / steps, sums.Unsupervised / steps);
    }

    public double Accuracy(Tensor points, Tensor labels, bool ofTeacher)
    {
        var net = ofTeacher ? teacher : student;
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return net.call(points).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        student.Dispose();
        teacher.Dispose();
    }

    private Tensor Disagreement(Tensor points)
    {
        Tensor wanted;
        using (no_grad())
            wanted = functional.softmax(teacher.call(Shake(points)), 1);
        return functional.mse_loss(functional.softmax(student.call(Shake(points)), 1), wanted);
    }

    private void Teach()
    {
        var decay = Math.Min(0.98, 1 - 1.0 / (step + 1));
        using var guard = no_grad();
        var pairs = teacher.named_parameters().Zip(student.named_parameters());
        foreach (var ((_, mean), (_, current)) in pairs)
            mean.mul_(decay).add_(current, alpha: 1 - decay);
    }

    private static Tensor Shake(Tensor points) => points + 0.05 * randn_like(points);
}

public static class Program
{
    public static void Main()
    {
        manual_seed(10);
        var (points, labels) = Moons(600);
        var labelled = tensor(Enumerable.Range(0, 8).Select(i => (long)i).ToArray());
        using var trainer = new SemiSupervisedTrainer(3e-3, rampUp: 400);
        for (var round = 1; round <= 8; round++)
        {
            var (supervised, unsupervised) = trainer.Train(points[labelled], labels[labelled], points, 100);
            var accuracies = new[] { false, true }.Select(teacher => trainer.Accuracy(points, labels, teacher).ToString("P1"));
            Console.WriteLine($"{round}: {supervised:F4} + {unsupervised:F4}, {string.Join(" / ", accuracies)}");
        }
    }

    private static (Tensor Points, Tensor Labels) Moons(int count)
    {
        var random = new Random(4);
        var points = new List<float>();
        var labels = new List<long>();
        for (var i = 0; i < count; i++)
        {
            var (angle, label) = (random.NextDouble() * Math.PI, i % 2);
            var (sine, cosine) = Math.SinCos(angle);
            var noise = 0.1 * (random.NextDouble() - 0.5);
            points.Add((float)((label == 0 ? cosine : 1 - cosine) + noise));
            points.Add((float)((label == 0 ? sine : 0.5 - sine) + noise));
            labels.Add(label);
        }

        return (tensor(points.ToArray()).view(count, 2), tensor(labels.ToArray()));
    }
}
