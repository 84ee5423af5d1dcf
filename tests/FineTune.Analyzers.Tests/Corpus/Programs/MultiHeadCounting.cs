using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MultiHeadCounting;

public sealed record Task(string Name, int Classes, double Weight);

/// <summary>One trunk, and as many heads as there are questions.</summary>
public sealed class MultiHead : Module<Tensor, Dictionary<string, Tensor>>
{
    private readonly IReadOnlyList<Task> tasks;
    private readonly Sequential trunk;
    private readonly ModuleDict<Linear> heads;
    private readonly Parameter uncertainty;

    public MultiHead(long inputs, IReadOnlyList<Task> tasks)
        : base(nameof(MultiHead))
    {
        this.tasks = tasks;
        trunk = Sequential(Linear(inputs, 64), LayerNorm(64), ReLU(), Linear(64, 64), ReLU());
        heads = ModuleDict(tasks.Select(task => (task.Name, Linear(64, task.Classes))).ToArray());
        uncertainty = Parameter(zeros(tasks.Count));
        RegisterComponents();
    }

    public Parameter Uncertainty => uncertainty;

    public override Dictionary<string, Tensor> forward(Tensor x)
    {
        var features = trunk.call(x);
        return tasks.ToDictionary(task => task.Name, task => heads[task.Name].call(features));
    }
}

public sealed class Meter
{
    private readonly Dictionary<string, (double Sum, int Count)> sums = [];

    public void Add(string name, double value)
    {
        var (sum, count) = sums.GetValueOrDefault(name);
        sums[name] = (sum + value, count + 1);
    }

    public override string ToString() => string.Join(", ", sums.Select(pair => $"{pair.Key} {pair.Value.Sum / pair.Value.Count:F3}"));
}

public static class Program
{
    private const int Inputs = 16;

    private static readonly Task[] Tasks = [new("ones", Inputs + 1, 1), new("runs", Inputs + 1, 1), new("odd", 2, 0.5)];

    public static void Main()
    {
        manual_seed(90);
        var model = new MultiHead(Inputs, Tasks);
        var optimizer = optim.Adam(model.parameters(), 3e-3);
        var (x, answers) = Bits(2000, seed: 1);
        var held = Bits(400, seed: 2);
        for (var epoch = 0; epoch < 10; epoch++)
        {
            model.train();
            var meter = new Meter();
            foreach (var indices in randperm(x.shape[0]).split(100))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var outputs = model.call(x[indices]);

                // All losses have a share in the gradient.
                var total = zeros(1);
                for (var i = 0; i < Tasks.Length; i++)
                {
                    var (name, _, weight) = Tasks[i];
                    var loss = functional.cross_entropy(outputs[name], answers[name][indices]);
                    meter.Add(name, loss.item<float>());
                    total += weight * (-model.Uncertainty[i]).exp() * loss + 0.5 * model.Uncertainty[i];
                }

                total.backward();
                optimizer.step();
            }

            if (epoch % 3 == 0)
                Console.WriteLine($"{epoch}: {meter}");
        }

        // Once more with the whole data at once, the gradient summed over parts.
        var refine = optim.SGD(model.parameters(), 0.01, momentum: 0.5);
        for (var round = 0; round < 5; round++)
        {
            using var scope = NewDisposeScope();
            refine.zero_grad();
            Tensor? sum = null;
            foreach (var (part, indices) in x.split(500).Zip(arange(x.shape[0]).split(500)))
            {
                var outputs = model.call(part);
                var loss = Tasks
                    .Select(task => task.Weight * functional.cross_entropy(outputs[task.Name], answers[task.Name][indices]))
                    .Aggregate((left, right) => left + right);
                sum = sum is null ? loss : sum + loss;
            }

            sum!.backward();
            refine.step();
            Console.WriteLine($"Round {round}: {sum.item<float>():F4}");
        }

        Console.WriteLine(Test(model, held.X, held.Answers));
    }

    private static string Test(MultiHead model, Tensor x, Dictionary<string, Tensor> answers)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var outputs = model.call(x);
        return string.Join(", ", answers.Select(answer =>
        {
            var right = outputs[answer.Key].argmax(1).eq(answer.Value).to(ScalarType.Float32).mean();
            return $"{answer.Key} {right.item<float>():P1}";
        }));
    }

    private static (Tensor X, Dictionary<string, Tensor> Answers) Bits(int count, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Inputs).Select(_ => random.Next(2)).ToArray()).ToList();
        var ones = rows.Select(row => (long)row.Sum()).ToArray();
        var runs = rows.Select(row => 1L + row.Zip(row.Skip(1)).Count(pair => pair.First != pair.Second)).ToArray();
        return (tensor(rows.SelectMany(row => row.Select(bit => bit * 2f - 1)).ToArray()).view(count, Inputs), new()
        {
            ["ones"] = tensor(ones),
            ["runs"] = tensor(runs),
            ["odd"] = tensor(Array.ConvertAll(ones, sum => sum % 2)),
        });
    }
}
