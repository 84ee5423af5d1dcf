using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>Modules under the names 0, 1, 2, …: what a Sequential without names is called in torchvision.</summary>
    private static Sequential Numbered(IEnumerable<Module<Tensor, Tensor>> modules) =>
        Sequential([.. modules.Select((module, i) => ($"{i}", module))]);
}
