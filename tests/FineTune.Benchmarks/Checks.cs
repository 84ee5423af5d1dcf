using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Benchmarks;

/// <summary>
/// What is checked in each step, beside the step: of a network whose every normalization layer trains, the most there is.
/// </summary>
internal static class Checks
{
    public static void Run()
    {
        using var model = new WhollyTrained();
        model.train();
        var compiled = model.Compile(Optimizers.Adam(1e-4), Losses.CategoricalCrossEntropy(), Metrics.CategoricalAccuracy());
        using var input = randn(32, 3, 64, 64);
        using var target = randint(0, 10, [32]);
        using var output = randn(32, 10);
        var indices = Enumerable.Range(0, 32).ToArray();
        var data = new InMemoryDataset(input, target);
        using var guard = StatisticsGuard.Of(model);
        Tensor[] gradients = [.. model.parameters().Select(parameter => parameter.detach())];
        Tensor[] both = [.. gradients, .. guard.Values];

        var step = Median(15, () => compiled.TrainStep(input, target));
        var targets = Median(2_000, () =>
        {
            BatchLoss.CheckTargets(compiled.Loss, output, target, indices, data);
            compiled.Loss.Counted(target)?.Dispose();
        });
        var kept = Median(2_000, guard.Keep);
        var finite = Median(500, () => Operators.Norms(both).Dispose()) - Median(500, () => Operators.Norms(gradients).Dispose());

        Console.WriteLine("| of a step of ResNet-18, 32×3×64×64, all of it training | ms | of the step |");
        Console.WriteLine("|---|---:|---:|");
        Print("the step", step, step);
        Print("targets in their range", targets, step);
        Print($"{guard.Values.Length} running statistics kept, to undo the step", kept, step);
        Print("whether these are finite", finite, step);
    }

    private static void Print(string what, double seconds, double step) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"| {what} | {seconds * 1e3:F3} | {seconds / step:P2} |"));

    private static double Median(int times, Action action)
    {
        action();
        var all = new double[times];
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            all[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(all);
        return all[times / 2];
    }
}

/// <summary>ResNet-18 whose normalization layers train.</summary>
internal sealed partial class WhollyTrained : Module<Tensor, Tensor>
{
    [Backbone(BatchNorm = BatchNormMode.Train)]
    private readonly Sequential backbone = Backbones.ResNet18();

    [Head]
    private readonly Linear head = Linear(512, 10);

    public WhollyTrained()
        : base(nameof(WhollyTrained)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));
}
