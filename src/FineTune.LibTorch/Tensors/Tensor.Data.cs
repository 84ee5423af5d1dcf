using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // Reading the elements.
    public partial class Tensor
    {
        /// <summary>The elements of a contiguous tensor on the CPU, as they lie in memory.</summary>
        /// <exception cref="NotImplementedException">The tensor is not contiguous, or not on the CPU.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                TensorInfo info = Info;
                if ((info.Flags & TensorFlags.Contiguous) == 0) throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
                RequireCpu(info);
                return new Span<byte>(info.Data, checked((int)(info.Elements * info.ElementSize)));
            }

            set
            {
                Span<byte> target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"The tensor has {target.Length} bytes, not {value.Length}.");
                value.CopyTo(target);
                GC.KeepAlive(this);
            }
        }

        /// <summary>The elements, in order.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's dtype.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            TensorInfo info = Info;
            ElementTypes.Require<T>((ScalarType)info.Type);
            RequireCpu(info);
            return new TensorAccessor<T>(this);
        }

        /// <summary>The only element.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's dtype, or there is not one element.</exception>
        public unsafe T item<T>() where T : unmanaged
        {
            TensorInfo info = Info;
            if (info.Elements != 1) throw new ArgumentException($"Number of elements in the tensor must be 1, not {info.Elements}.");
            ElementTypes.Require<T>((ScalarType)info.Type);
            RequireCpu(info);
            return (*(T*)info.Data).KeepingAlive(this);
        }

        public Scalar ToScalar() => Number().AsScalar();

        /// <summary>The one number of a tensor, without an object to hold it.</summary>
        internal Value Number() => Aten.CallNumber("_local_scalar_dense", this);

        internal unsafe Span<T> Elements<T>() where T : unmanaged
        {
            TensorInfo info = Info;
            return new Span<T>(info.Data, checked((int)info.Elements));
        }

        private static void RequireCpu(in TensorInfo info)
        {
            if ((DeviceType)info.DeviceType != DeviceType.CPU)
                throw new InvalidOperationException($"Reading data from non-CPU memory is not supported: the tensor is on {(DeviceType)info.DeviceType}. Move or copy it to the CPU first.");
        }
    }
}
