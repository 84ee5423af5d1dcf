using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>A tensor in a weights file: what it is, and where its elements lie. They are read when asked for.</summary>
public sealed class StoredTensor
{
    private readonly MappedFile file;
    private readonly long position;
    private readonly long length;
    private readonly long[]? strides;
    private readonly IStoredElements? elements;

    /// <param name="file">Where it lies.</param>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="position">Where its first element lies in the file.</param>
    /// <param name="strides">How far apart its elements lie, if they do not follow each other in order.</param>
    /// <param name="elements">What its elements are read through, if not as they lie in the file.</param>
    internal StoredTensor(
        MappedFile file,
        string name,
        ScalarType type,
        long[] shape,
        long position,
        long[]? strides = null,
        IStoredElements? elements = null)
    {
        this.elements = elements;
        this.file = file;
        this.position = position;
        this.strides = strides is null || AreContiguous(shape, strides) ? null : strides;
        var count = this.strides is null || shape.Contains(0)
            ? shape.Aggregate(1L, (product, size) => product * size)
            : 1 + shape.Zip(this.strides, (size, stride) => (size - 1) * stride).Sum();
        length = count * ElementSize.Of(type);
        Name = name;
        Type = type;
        Shape = shape;
    }

    /// <summary>The name in the file, such as <c>layer1.0.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The type of the elements in the file.</summary>
    public ScalarType Type { get; }

    /// <summary>The size of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The same elements under another name.</summary>
    internal StoredTensor Named(string name) => new(file, name, Type, [.. Shape], position, strides, elements);

    /// <summary>The same elements of a matrix, its rows as columns, under another name.</summary>
    internal StoredTensor Transposed(string name) =>
        new(file, name, Type, [Shape[1], Shape[0]], position, strides is null ? [1, Shape[1]] : [strides[1], strides[0]], elements);

    /// <summary>Reads it into a new tensor of its own type, on the CPU.</summary>
    /// <exception cref="WeightsFileException">It takes more than 2 GiB, or its checksum is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public Tensor Read()
    {
        ThrowIfTooLarge();
        if (strides is null || length == 0)
        {
            return ReadFlat([.. Shape]);
        }

        using var flat = ReadFlat([length / ElementSize.Of(Type)]);
        using var view = flat.as_strided([.. Shape], strides);
        return view.contiguous();
    }

    /// <summary>Copies the elements into a tensor of the same shape, converted to its type, without gradients.</summary>
    /// <exception cref="WeightsFileException">It takes more than 2 GiB, or its checksum is wrong; nothing was copied then.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void CopyTo(Tensor destination)
    {
        if (!destination.shape.AsSpan().SequenceEqual([.. Shape]))
        {
            throw new ArgumentException(
                $"'{Name}' has the shape [{string.Join(", ", Shape)}], but the tensor to copy to has "
                    + $"[{string.Join(", ", destination.shape)}].",
                nameof(destination));
        }

        Verify();
        if (strides is null && destination.dtype == Type && destination.device_type == DeviceType.CPU && destination.is_contiguous())
        {
            CopyElements(destination.bytes);
            return;
        }

        using var noGradients = no_grad();
        using var source = Read();
        destination.copy_(source);
    }

    /// <summary>Makes sure that it can be read: that it is not too large, and that its checksum, if it has one, is right.</summary>
    /// <exception cref="WeightsFileException">It takes more than 2 GiB, or its checksum is wrong.</exception>
    internal void Verify()
    {
        ThrowIfTooLarge();
        elements?.Verify();
    }

    private Tensor ReadFlat(long[] shape)
    {
        var result = empty(shape, dtype: Type);
        try
        {
            CopyElements(result.bytes);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static bool AreContiguous(long[] shape, long[] strides)
    {
        long expected = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected)
            {
                return false;
            }

            expected *= shape[i];
        }

        return true;
    }

    private void CopyElements(Span<byte> destination)
    {
        if (elements is null)
        {
            file.CopyTo(position, destination);
        }
        else
        {
            elements.CopyTo(position, destination);
        }
    }

    private void ThrowIfTooLarge()
    {
        if (length > int.MaxValue)
        {
            throw new WeightsFileException(
                $"'{Name}' in '{file.Path}' takes {length} bytes; tensors of more than 2 GiB are not supported.");
        }
    }
}
