using FineTune.Tests.Models;
using TorchSharp;

namespace FineTune.Tests;

/// <summary>A step of a model whose activations take most of the memory, and by how much the process grows meanwhile.</summary>
internal static class WideStep
{
    public const int Layers = 8;
    private const int Width = 64, Samples = 140_000;

    /// <summary>The bytes of one layer's activations.</summary>
    public const long Activation = (long)Samples * Width * sizeof(float);

    /// <summary>The child's side. Memory that was freed may be kept for the next step: so this takes one step that large.</summary>
    public static long Growth(Phase phase)
    {
        using var model = new WideModel(Width, Layers);
        using var input = torch.randn(Samples, Width);
        using var target = torch.ones(Samples);
        model.EnterPhase(phase);
        var compiled = model.Compile(Optimizers.SGD(1e-3), Losses.BinaryCrossEntropyWithLogits());

        // What the code itself takes is there before.
        using var few = input.narrow(0, 0, 8);
        using var targets = target.narrow(0, 0, 8);
        compiled.TrainStep(few, targets);
        var before = ProcessMemory.Resident;
        compiled.TrainStep(input, target);
        return ProcessMemory.Peak - before;
    }
}
