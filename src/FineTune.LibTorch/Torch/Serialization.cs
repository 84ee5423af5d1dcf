using System.Text;

using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Writes a tensor as libtorch does: Python reads the file with <c>torch.jit.load</c>.</summary>
    public static unsafe void save(Tensor t, string location)
    {
        byte* error;
        fixed (byte* path = Encoding.UTF8.GetBytes(location + '\0')) error = Native.ft_tensor_save(t.Handle, path);
        GC.KeepAlive(t);
        Native.Check(error);
    }

    /// <summary>Reads what <see cref="save"/> wrote.</summary>
    public static unsafe Tensor load(string location)
    {
        nint result;
        byte* error;
        fixed (byte* path = Encoding.UTF8.GetBytes(location + '\0')) error = Native.ft_tensor_load(path, &result);
        Native.Check(error);
        return new Tensor(result);
    }

    public partial class Tensor
    {
        public static Tensor load(string location) => torch.load(location);

        public void save(string location) => torch.save(this, location);
    }
}
