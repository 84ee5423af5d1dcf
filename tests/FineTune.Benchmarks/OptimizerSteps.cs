using FineTune.Vision;

using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Benchmarks;

/// <summary>An optimizer's step alone, over all parameters of a network.</summary>
internal static class OptimizerSteps
{
    public static void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        var resnet = Sequential(("backbone", Backbones.ResNet18()), ("head", Linear(512, 10)));
        Parameter[] parameters = [.. resnet.parameters()];
        foreach (Parameter parameter in parameters)
        {
            (parameter * randn_like(parameter)).sum().backward();
        }

        Comparison.Print("An optimizer's step", "ms", 1e3, 41,
            Case("SGD", optim.SGD(parameters, 1e-3, momentum: 0.9)),
            Case("Adam", optim.Adam(parameters, 1e-3)),
            Case("AdamW", optim.AdamW(parameters, 1e-3, weight_decay: 0.01)));
    }

    private static (string, string, int, Action) Case(string name, optim.Optimizer optimizer) => (name, "resnet18, 11.2 M parameters", 1, () => optimizer.step());
}
