using System.Runtime.InteropServices;
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
        : this(batch.Indices, batch.Input, null, batch.Target)
    {
    }

    /// <param name="indices">Which samples these are.</param>
    /// <param name="input">The input, if it was read.</param>
    /// <param name="cut">What the frozen half answers to it, if that is known.</param>
    /// <param name="target">The targets.</param>
    public ModelBatch(IReadOnlyList<int> indices, Tensor? input, Tensor[]? cut, Tensor target)
    {
        Indices = indices;
        Input = input;
        this.cut = cut;
        Target = target;
    }

    public IReadOnlyList<int> Indices { get; }

    /// <summary>The input; null where only the cut was kept.</summary>
    public Tensor? Input { get; }

    public Tensor Target { get; }

    public int Count => Indices.Count;

    /// <summary>What the model answers.</summary>
    /// <exception cref="FineTuneException">The model cannot be computed of such an input; the sentence names the layer.</exception>
    public Tensor Forward(Module<Tensor, Tensor> model, ModelDevice device)
    {
        try
        {
            return Call(model, device);
        }
        catch (ExternalException exception)
        {
            throw ForwardFault.Of(model, Start, () => Call(model, device), exception);
        }
    }

    /// <summary>The same from the very start, where that is known; it owns nothing of its own.</summary>
    public ModelBatch Whole => Input is null ? this : new(Indices, Input, null, Target);

    /// <summary>All that the model starts from.</summary>
    public IReadOnlyList<Tensor> Start => Input is null ? cut! : [Input];

    private Tensor Call(Module<Tensor, Tensor> model, ModelDevice device) => cut is null
        ? model.call(device.Input(Input!))
        : ((ISplitForward)model).ForwardTrainable(device.Move(cut));

    public void Dispose()
    {
        Input?.Dispose();
        Target.Dispose();
        if (cut is not null)
        {
            Array.ForEach(cut, static tensor => tensor.Dispose());
        }
    }
}
