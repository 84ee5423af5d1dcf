namespace TorchSharp.Interop;

internal static class Results
{
    /// <summary>A value read from native memory, whose owner must not have been finalized before.</summary>
    public static T KeepingAlive<T>(this T value, object owner)
    {
        GC.KeepAlive(owner);
        return value;
    }

    public static (torch.Tensor, torch.Tensor) Two(this torch.Tensor[] results) => (results[0], results[1]);

    public static (torch.Tensor, torch.Tensor, torch.Tensor) Three(this torch.Tensor[] results) => (results[0], results[1], results[2]);

    /// <summary>A result in the type asked for, if any.</summary>
    public static torch.Tensor Typed(this torch.Tensor result, torch.ScalarType? type)
    {
        if (type is null || type == result.dtype) return result;
        using (result) return result.to(type.Value);
    }

    public static torch.Tensor[] Typed(this torch.Tensor[] results, torch.ScalarType? type) => Array.ConvertAll(results, result => result.Typed(type));
}
