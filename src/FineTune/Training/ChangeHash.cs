using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Hashes of tensors' bits, to see whether one changed within a process. It is taken of all frozen weights in each epoch, and
/// of cached features that may take no longer than some steps of training: so it keeps up with the memory.
/// </summary>
internal static class ChangeHash
{
    private const ulong Prime = 0x9E3779B185EBCA87;
    private const int Lanes = 8;

    // Below that, another thread takes longer to start than it saves.
    private const long WorthThreads = 4 << 20;

    /// <summary>The hash of each tensor, on as many threads as libtorch has.</summary>
    public static ulong[] OfEach(IReadOnlyList<Tensor> tensors)
    {
        var hashes = new ulong[tensors.Count];
        var threads = tensors.Sum(tensor => tensor.numel() * tensor.element_size()) < WorthThreads ? 1 : torch.get_num_threads();
        if (threads == 1)
        {
            for (var i = 0; i < hashes.Length; i++)
            {
                hashes[i] = Of(tensors[i]);
            }
        }
        else
        {
            Parallel.For(0, hashes.Length, new() { MaxDegreeOfParallelism = threads }, i => hashes[i] = Of(tensors[i]));
        }

        return hashes;
    }

    /// <summary>The hash of a tensor's elements, in their order.</summary>
    public static ulong Of(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
        {
            return Of(tensor.bytes);
        }

        using var scope = torch.NewDisposeScope();
        return Of(tensor.detach().cpu().contiguous().bytes);
    }

    /// <summary>The hash of bytes.</summary>
    // At full speed from the first call on: a few calls go through all weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of(ReadOnlySpan<byte> data)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        var (a, b, c, d, e, f, g, h) = (1UL, 2UL, 3UL, 4UL, 5UL, 6UL, 7UL, 8UL);
        var i = 0;
        for (; i <= words.Length - Lanes; i += Lanes)
        {
            var eight = words.Slice(i, Lanes);
            a = Mix(a, eight[0]);
            b = Mix(b, eight[1]);
            c = Mix(c, eight[2]);
            d = Mix(d, eight[3]);
            e = Mix(e, eight[4]);
            f = Mix(f, eight[5]);
            g = Mix(g, eight[6]);
            h = Mix(h, eight[7]);
        }

        for (; i < words.Length; i++)
        {
            a = Mix(a, words[i]);
        }

        foreach (var value in data[(words.Length * sizeof(ulong))..])
        {
            b = Mix(b, value);
        }

        var hash = Mix((ulong)data.Length, a);
        foreach (var lane in (ReadOnlySpan<ulong>)[b, c, d, e, f, g, h])
        {
            hash = Mix(hash, lane);
        }

        return hash;
    }

    // Both halves of the product, as in wyhash (Wang Yi): the lower one alone carries a bit upwards only.
    private static ulong Mix(ulong hash, ulong word) => Math.BigMul(hash ^ word, Prime, out var low) ^ low;
}
