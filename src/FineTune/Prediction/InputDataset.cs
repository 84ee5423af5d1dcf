using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Inputs that are made one by one, without targets: what is predicted of several pictures or texts.</summary>
internal sealed class InputDataset<T>(IReadOnlyList<T> items, Func<T, int, Tensor> read) : IDataset
{
    public int Count => items.Count;

    public Sample Read(int index, Random random) => new(read(items[index], index), []);

    public string Describe(int index) => $"the input at index {index}";
}
