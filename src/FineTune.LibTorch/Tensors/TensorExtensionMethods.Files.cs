using TorchSharp.Tensors;

using static TorchSharp.torch;

namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    /// <summary>Writes the tensor in TorchSharp's own format.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer) => TensorFormat.Write(writer, tensor);

    /// <summary>Reads the elements that <see cref="Save"/> wrote.</summary>
    /// <param name="skip">Whether only to pass over them.</param>
    /// <exception cref="ArgumentException">The tensor in the stream has another type or shape.</exception>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        if (skip)
            TensorFormat.Skip(reader);
        else
            TensorFormat.ReadInto(reader, tensor);
    }
}
