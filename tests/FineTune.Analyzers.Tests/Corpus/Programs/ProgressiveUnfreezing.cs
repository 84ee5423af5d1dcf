using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ProgressiveUnfreezing;

internal sealed class GlyphNet : Module<Tensor, Tensor>
{
    private readonly Sequential bottom;
    private readonly Sequential middle;
    private readonly Sequential top;
    private readonly Linear head;

    public GlyphNet(long glyphs)
        : base("glyphs")
    {
        bottom = Sequential(Conv2d(1, 8, 3, padding: 1), BatchNorm2d(8), ReLU(), MaxPool2d(2));
        middle = Sequential(Conv2d(8, 16, 3, padding: 1), BatchNorm2d(16), ReLU(), MaxPool2d(2));
        top = Sequential(Flatten(), Linear(16 * 9, 32), ReLU());
        head = Linear(32, glyphs);
        RegisterComponents();
    }

    /// <summary>From the output to the input.</summary>
    public IReadOnlyList<Module> Stages => [head, top, middle, bottom];

    public override Tensor forward(Tensor images) => head.call(top.call(middle.call(bottom.call(images))));
}

/// <summary>Trains more and more stages. Two ways to tell the optimizer: a new one, or a new group.</summary>
internal sealed class ProgressiveTrainer(GlyphNet net, double rate)
{
    private readonly HashSet<Module> frozen = [.. net.Stages];

    public void TrainWithNewOptimizers(Tensor images, Tensor labels, int epochsPerStage)
    {
        Freeze(net.Stages);
        foreach (var stage in net.Stages)
        {
            Unfreeze(stage);
            var parameters = net.parameters().Where(parameter => parameter.requires_grad).ToList();
            using var optimizer = optim.Adam(parameters, rate);
            for (var epoch = 0; epoch < epochsPerStage; epoch++)
                Report(TrainEpoch(optimizer, images, labels), parameters.Count);
        }
    }

    public void TrainWithNewGroups(Tensor images, Tensor labels, int epochsPerStage)
    {
        Freeze(net.Stages);
        Unfreeze(net.Stages[0]);
        using var optimizer = optim.SGD(net.Stages[0].parameters().ToList(), rate * 10, momentum: 0.9);
        for (var stage = 0; stage < net.Stages.Count; stage++)
        {
            if (stage > 0)
            {
                Unfreeze(net.Stages[stage]);
                optimizer.add_param_group(new SGD.ParamGroup(net.Stages[stage].parameters().ToList(), rate, momentum: 0.9));
            }

            for (var epoch = 0; epoch < epochsPerStage; epoch++)
                Report(TrainEpoch(optimizer, images, labels), optimizer.parameters().Count());
        }
    }

    private double TrainEpoch(optim.Optimizer optimizer, Tensor images, Tensor labels)
    {
        net.train();
        foreach (var stage in frozen)
            stage.eval();

        var losses = new List<double>();
        foreach (var indices in randperm(labels.shape[0]).split(32))
        {
            using var scope = NewDisposeScope();
            var loss = functional.cross_entropy(net.call(images[indices]), labels[indices]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        return losses.Average();
    }

    private void Freeze(IEnumerable<Module> stages)
    {
        foreach (var stage in stages)
        {
            frozen.Add(stage);
            foreach (var parameter in stage.parameters())
                parameter.requires_grad = false;
        }
    }

    private void Unfreeze(Module stage)
    {
        frozen.Remove(stage);
        foreach (var parameter in stage.parameters())
            parameter.requires_grad = true;
    }

    private static void Report(double loss, int count) => Console.WriteLine($"  {loss:F4} with {count} tensors");
}

internal static class Program
{
    private const int Glyphs = 6;

    private static void Main(string[] args)
    {
        manual_seed(65);
        var (images, labels) = Draw(400);
        foreach (var groups in new[] { false, true })
        {
            using var net = new GlyphNet(Glyphs);
            if (args.Length > 0)
                net.load(args[0]);
            Console.WriteLine(groups ? "New groups" : "New optimizers");
            var trainer = new ProgressiveTrainer(net, 2e-3);
            if (groups)
                trainer.TrainWithNewGroups(images, labels, epochsPerStage: 2);
            else
                trainer.TrainWithNewOptimizers(images, labels, epochsPerStage: 2);
        }
    }

    private static (Tensor Images, Tensor Labels) Draw(int count)
    {
        using var scope = NewDisposeScope();
        var patterns = rand(Glyphs, 12, 12).gt(0.5).to(ScalarType.Float32);
        var labels = randint(0, Glyphs, [count], dtype: ScalarType.Int64);
        var images = (patterns[labels] + 0.6 * randn(count, 12, 12)).unsqueeze(1);
        return scope.MoveToOuter(images, labels);
    }
}
