using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Where a model computes, to which batches go.</summary>
internal sealed class ModelDevice
{
    private readonly nn.Module model;
    private readonly Parameter? first;

    // Each batch asks: a delegate made then is garbage.
    private readonly Func<Tensor, Tensor> move;
    private readonly Func<Tensor, Tensor> input;
    private ScalarType? common;
    private bool looked;

    private ModelDevice(nn.Module model)
    {
        this.model = model;
        first = model.parameters().FirstOrDefault();
        move = Move;
        input = Input;
    }

    public static ModelDevice Of(nn.Module model) => new(model);

    /// <summary>
    /// An input there, in the floating type that all of the model's parameters have: pictures come as bytes, and tables as doubles.
    /// Int32 and Int64 stay as they are, as they may be numbers of tokens.
    /// </summary>
    public Tensor Input(Tensor input)
    {
        var there = Move(input);
        return first is not null && there.dtype != first.dtype && IsConverted(there.dtype) && Common() is { } type
            ? there.to_type(type)
            : there;
    }

    /// <summary>Each of a batch's inputs as <see cref="Input(Tensor)"/> has it.</summary>
    public Tensors Input(Tensors inputs) => inputs.Select(input);

    /// <summary>The tensors there; themselves where they are there already.</summary>
    public Tensors Move(Tensors tensors) => tensors.Select(move);

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

    // What every floating type can hold, and one floating type for another.
    private static bool IsConverted(ScalarType type) => type is ScalarType.Byte or ScalarType.Int8 || IsFloating(type);

    private static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    private ScalarType? Common()
    {
        if (!looked)
        {
            var types = model.parameters().Select(parameter => parameter.dtype).Distinct().ToList();
            common = types is [var type] && IsFloating(type) ? type : null;
            looked = true;
        }

        return common;
    }

    private bool IsThere(Tensor tensor) =>
        first is null || (tensor.device_type == first.device_type && tensor.device_index == first.device_index);
}
