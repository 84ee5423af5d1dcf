using FineTune.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Benchmarks;

/// <summary>An optimizer's step alone, over all parameters of a network, and TorchSharp's own optimizer's.</summary>
internal static class OptimizerSteps
{
    private const double Rate = 1e-3;

    public static void Run()
    {
        using var scope = NewDisposeScope();
        Comparison.Print("An optimizer's step", "TorchSharp", "ms", 1e3, 41,
            Case("SGD", Optimizers.SGD(momentum: 0.9), parameters => optim.SGD(parameters, Rate, momentum: 0.9)),
            Case("Adam", Optimizers.Adam(), parameters => optim.Adam(parameters, Rate)),
            Case("AdamW", Optimizers.AdamW(), parameters => optim.AdamW(parameters, Rate, weight_decay: 0.01)),
            Case("RMSProp", Optimizers.RMSProp(), parameters => optim.RMSProp(parameters, Rate)));
    }

    private static (string, string, Action, Action) Case(
        string name, OptimizerConfig config, Func<IEnumerable<Parameter>, optim.Optimizer> peer)
    {
        var (mine, theirs) = (WithGradients(), WithGradients());
        optim.Optimizer optimizer = config.Build(
            [new OptimizerGroup("all", Rate, config.WeightDecay, [.. mine.Select((parameter, i) => ($"p{i}", parameter))])]);
        var other = peer(theirs);
        return (name, "resnet18, 11.2 M parameters", () => optimizer.step(), () => other.step());
    }

    private static Parameter[] WithGradients()
    {
        Parameter[] parameters = [.. Sequential(("backbone", Backbones.ResNet18()), ("head", Linear(512, 10))).parameters()];
        foreach (var parameter in parameters)
        {
            (parameter * randn_like(parameter)).sum().backward();
        }

        return parameters;
    }
}
