using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Where a model computes, to which batches go.</summary>
internal sealed class ModelDevice
{
    private readonly Parameter? first;

    private ModelDevice(Parameter? first) => this.first = first;

    public static ModelDevice Of(nn.Module model) => new(model.parameters().FirstOrDefault());

    /// <summary>The tensor there; itself where it is there already.</summary>
    public Tensor Move(Tensor tensor) => IsThere(tensor) ? tensor : tensor.to(first!.device);

    /// <summary>The tensors there; themselves where they are there already.</summary>
    public Tensor[] Move(Tensor[] tensors)
    {
        foreach (var tensor in tensors)
        {
            if (!IsThere(tensor))
            {
                return Array.ConvertAll(tensors, Move);
            }
        }

        return tensors;
    }

    private bool IsThere(Tensor tensor) =>
        first is null || (tensor.device_type == first.device_type && tensor.device_index == first.device_index);
}
