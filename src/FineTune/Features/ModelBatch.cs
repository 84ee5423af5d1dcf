using FineTune.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>
/// A batch as the model takes it: from its input, or from where its frozen half ends. It owns its tensors.
/// </summary>
internal sealed class ModelBatch : IDisposable
{
    private readonly Tensor[]? cut;

    /// <summary>A batch that goes through the whole model.</summary>
    public ModelBatch(Batch batch)
        : this(batch.Indices, batch.Inputs, null, batch.Targets)
    {
    }

    /// <param name="indices">Which samples these are.</param>
    /// <param name="inputs">The inputs, if they were read.</param>
    /// <param name="cut">What the frozen half answers to them, if that is known.</param>
    /// <param name="targets">The targets.</param>
    public ModelBatch(IReadOnlyList<int> indices, Tensors? inputs, Tensor[]? cut, Tensors targets)
    {
        Indices = indices;
        Inputs = inputs;
        this.cut = cut;
        Targets = targets;
    }

    public IReadOnlyList<int> Indices { get; }

    /// <summary>The inputs; null where only the cut was kept.</summary>
    public Tensors? Inputs { get; }

    public Tensors Targets { get; }

    public int Count => Indices.Count;

    /// <summary>The samples, also where nobody said which they are.</summary>
    public long Rows => Start[0].size(0);

    /// <summary>What the model answers.</summary>
    /// <exception cref="FineTuneException">The model cannot be computed of such an input; the sentence names the layer.</exception>
    public Tensors Forward(IFineTunable model, ModelDevice device)
    {
        try
        {
            return Call(model, device);
        }
        catch (Exception exception) when (ForwardFault.Is(exception))
        {
            throw ForwardFault.Of((Module)model, Start, () => Call(model, device), exception);
        }
    }

    /// <summary>The same from the very start, where that is known; it owns nothing of its own.</summary>
    public ModelBatch Whole => Inputs is null ? this : new(Indices, Inputs, null, Targets);

    /// <summary>All that the model starts from.</summary>
    public IReadOnlyList<Tensor> Start => Inputs is null ? cut! : Inputs;

    private Tensors Call(IFineTunable model, ModelDevice device) => cut is null
        ? model.Call(device.Input(Inputs!))
        : ((ISplitForward)model).ForwardTrainable(device.Move(cut));

    public void Dispose()
    {
        Inputs?.Dispose();
        Targets.Dispose();
        if (cut is not null)
        {
            Array.ForEach(cut, static tensor => tensor.Dispose());
        }
    }
}
