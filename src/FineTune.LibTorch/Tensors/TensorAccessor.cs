using System.Collections;

using TorchSharp.Interop;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor as a sequence in row-major order, whatever its strides; writes reach the tensor.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        this.shape = tensor.shape;
        this.strides = tensor.stride();
        this.contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    /// <param name="indices">One index a dimension; a single one counts over all elements in order.</param>
    public unsafe T this[params long[] indices]
    {
        get => ((T*)this.tensor.Info.Data)[Offset(indices)].KeepingAlive(this.tensor);
        set
        {
            ((T*)this.tensor.Info.Data)[Offset(indices)] = value;
            GC.KeepAlive(this.tensor);
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    /// <summary>An array of as many dimensions as the tensor has.</summary>
    public Array ToNDArray()
    {
        if (this.shape.Length == 0) return ToArray();
        var array = Array.CreateInstance(typeof(T), this.shape);
        T[] elements = ToArray();
        Buffer.BlockCopy(elements, 0, array, 0, Buffer.ByteLength(elements));
        return array;
    }

    public unsafe void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var data = (T*)this.tensor.Info.Data;
        if (this.contiguous)
        {
            new ReadOnlySpan<T>(data + tensorIndex, checked((int)(Count - tensorIndex))).CopyTo(array.AsSpan(arrayIndex));
        }
        else
        {
            for (long i = tensorIndex; i < Count; i++) array[arrayIndex++] = data[Strided(i)];
        }

        GC.KeepAlive(this.tensor);
    }

    public unsafe void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var data = (T*)this.tensor.Info.Data;
        for (long i = tensorIndex; i < Count && arrayIndex < array.Length; i++) data[Strided(i)] = array[arrayIndex++];
        GC.KeepAlive(this.tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing to do: the tensor stays its owner's.</summary>
    public void Dispose()
    {
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && this.shape.Length != 1)
            return Strided((ulong)indices[0] < (ulong)Count ? indices[0] : throw new IndexOutOfRangeException($"The tensor has {Count} elements, and none at {indices[0]}."));
        if (indices.Length != this.shape.Length)
            throw new ArgumentException($"The tensor has {this.shape.Length} dimensions, and cannot be read with {indices.Length} indices.");
        long offset = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            if ((ulong)indices[i] >= (ulong)this.shape[i])
                throw new IndexOutOfRangeException($"Dimension {i} of the tensor has size {this.shape[i]}, and nothing at {indices[i]}.");
            offset += indices[i] * this.strides[i];
        }

        return offset;
    }

    private long Strided(long index)
    {
        if (this.contiguous) return index;
        long offset = 0;
        for (int i = this.shape.Length - 1; i >= 0; i--)
        {
            (index, long at) = Math.DivRem(index, this.shape[i]);
            offset += at * this.strides[i];
        }

        return offset;
    }
}
