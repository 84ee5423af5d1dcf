using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>How many threads one operator uses at most.</summary>
    public static int get_num_threads() => Native.ft_threads();

    public static unsafe void set_num_threads(int num) => Native.Check(Native.ft_set_threads(num));
}
