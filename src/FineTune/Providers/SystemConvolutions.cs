using TorchSharp.Modules;

namespace FineTune;

/// <summary>BatchNorm folded into the convolutions before it, for as long as it is entered; the model itself stays as it is.</summary>
internal sealed class NormFolding : IDisposable
{
#pragma warning disable PORT001 // This file is compiled for the binding alone.
    private readonly FoldedNorms folded;

    private NormFolding(FoldedNorms folded) => this.folded = folded;

    /// <summary>Finds what can be folded in a forward pass in inference mode; null where nothing can.</summary>
    public static NormFolding? Watch(Action forward)
    {
        var folded = FoldedNorms.Watch(forward);
        return folded.Count > 0 ? new NormFolding(folded) : null;
    }

    /// <summary>Makes this thread compute with folded normalizations until the result is disposed of.</summary>
    public IDisposable Enter() => folded.Enter();

    /// <summary>Frees the folded weights.</summary>
    public void Dispose() => folded.Dispose();
#pragma warning restore PORT001
}
