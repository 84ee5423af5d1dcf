using System.IO.Hashing;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>
/// Hashes of tensors' bits, the same on every machine and for ever, as files need it (XXH3); and fast, as it is taken of all frozen
/// weights in each epoch.
/// </summary>
internal static class TensorHash
{
    // Below that, another thread takes longer to start than it saves.
    private const long WorthThreads = 4 << 20;

    /// <summary>The hash of each tensor, on as many threads as libtorch has.</summary>
    public static ulong[] OfEach(IReadOnlyList<Tensor> tensors)
    {
        var hashes = new ulong[tensors.Count];
        var threads = tensors.Sum(tensor => tensor.numel() * tensor.element_size()) < WorthThreads ? 1 : torch.get_num_threads();
        Parallel.For(0, hashes.Length, new() { MaxDegreeOfParallelism = threads }, i => hashes[i] = Of(tensors[i]));
        return hashes;
    }

    /// <summary>The hash of a tensor's elements, in their order.</summary>
    public static ulong Of(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        var here = tensor.detach();
        if (here.device_type != DeviceType.CPU)
        {
            here = here.cpu();
        }

        return here.numel() == 0 ? 0 : Of(here.is_contiguous() ? here.bytes : here.contiguous().bytes);
    }

    /// <summary>The hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> data) => XxHash3.HashToUInt64(data);
}
