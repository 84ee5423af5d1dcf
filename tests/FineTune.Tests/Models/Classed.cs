using FineTune.Data;
using TorchSharp;

namespace FineTune.Tests.Models;

/// <summary>Points of some classes, sorted by class as a folder is.</summary>
internal sealed class Classed(int each, params string[] classes) : IClassified
{
    public IReadOnlyList<string> Classes { get; } = classes;

    public int Count => each * Classes.Count;

    public int ClassOf(int index) => index / each;

    public Sample Read(int index, Random random) =>
        new(torch.full(4, ClassOf(index) + index / 100f), torch.tensor((long)ClassOf(index)));
}
