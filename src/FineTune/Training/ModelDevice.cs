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
    public Tensor Move(Tensor tensor) =>
        first is null || (tensor.device_type == first.device_type && tensor.device_index == first.device_index)
            ? tensor
            : tensor.to(first.device);
}
