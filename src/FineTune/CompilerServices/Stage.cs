using System.ComponentModel;
using static TorchSharp.torch;

namespace FineTune.CompilerServices;

/// <summary>
/// One step of a module that computes its answer in a line of steps, each from the one before alone: between two of them
/// the forward pass can be cut. Generated code states those of a backbone that has a <c>forward</c> of its own.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Stage
{
    private readonly Func<Tensor, Tensor> call;

    /// <summary>A step that is a module.</summary>
    /// <param name="module">The module; where it is staged itself, the cut can fall inside it.</param>
    public Stage(nn.Module<Tensor, Tensor> module)
    {
        Module = module;
        Parts = [module];
        call = module.call;
    }

    /// <summary>A step of another kind.</summary>
    /// <param name="call">What it computes.</param>
    /// <param name="parts">The modules that it calls.</param>
    public Stage(Func<Tensor, Tensor> call, params nn.Module[] parts)
    {
        this.call = call;
        Parts = parts;
    }

    internal nn.Module<Tensor, Tensor>? Module { get; }

    internal IReadOnlyList<nn.Module> Parts { get; }

    internal Tensor Call(Tensor input) => call(input);
}
