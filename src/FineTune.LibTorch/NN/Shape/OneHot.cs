using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <param name="num_classes">One more than the greatest index if −1.</param>
            /// <exception cref="ArgumentException">The indices are not of type Int64.</exception>
            public static Tensor one_hot(Tensor x, long num_classes = -1)
                => x.dtype == ScalarType.Int64
                    ? Aten.Call("one_hot", x, num_classes)
                    : throw new ArgumentException("OneHot input tensor must have elements of type Int64");
        }
    }
}
