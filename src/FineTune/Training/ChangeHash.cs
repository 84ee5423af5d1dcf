using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
        // Chains that do not wait for each other, as many as it takes to be no slower than the memory.
        var (a, b, c, d) = (First(1), First(2), First(3), First(4));
        var blocks = MemoryMarshal.Cast<byte, Vector512<ulong>>(data);
        var i = 0;
        for (; i <= blocks.Length - 4; i += 4)
        {
            a = Mix(a, blocks[i]);
            b = Mix(b, blocks[i + 1]);
            c = Mix(c, blocks[i + 2]);
            d = Mix(d, blocks[i + 3]);
        }

        for (; i < blocks.Length; i++)
        {
            a = Mix(a, blocks[i]);
        }

        Span<byte> rest = stackalloc byte[Vector512<byte>.Count];
        rest.Clear();
        data[(blocks.Length * rest.Length)..].CopyTo(rest);
        b = Mix(b, Vector512.Create<byte>(rest).AsUInt64());
        var all = Mix(Mix(Mix(Mix(First(0), a), b), c), d);
        var hash = (ulong)data.Length;
        for (var lane = 0; lane < Vector512<ulong>.Count; lane++)
        {
            hash = Mix(Vector512.Create(hash), Vector512.Create(all[lane]))[0];
        }

        return hash;
    }

    private static Vector512<ulong> First(ulong chain) => Vector512.Create(chain) + Vector512.Create(0ul, 1, 2, 3, 4, 5, 6, 7);

    // Each step can be undone, so a change of one word always shows. A product carries bits upwards alone; the shift brings them back.
    private static Vector512<ulong> Mix(Vector512<ulong> hash, Vector512<ulong> word)
    {
        var product = (hash ^ word) * Prime;
        return product ^ (product >>> 32);
    }
}
