using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// A hash of a tensor's bits that stays the same for ever, as files need it: xxHash64 (Collet), whose definition is <see href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md"/>.
/// </summary>
internal static class ContentHash
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

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

    // At full speed from the first call on: a few calls go through all weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Of(ReadOnlySpan<byte> data)
    {
        var length = (ulong)data.Length;
        ulong hash;
        if (data.Length >= 32)
        {
            var (a, b, c, d) = (unchecked(Prime1 + Prime2), Prime2, 0UL, unchecked(0UL - Prime1));
            var words = MemoryMarshal.Cast<byte, ulong>(data[..(data.Length / 32 * 32)]);
            for (var i = 0; i < words.Length; i += 4)
            {
                a = Round(a, words[i]);
                b = Round(b, words[i + 1]);
                c = Round(c, words[i + 2]);
                d = Round(d, words[i + 3]);
            }

            hash = unchecked(BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18));
            hash = Merge(Merge(Merge(Merge(hash, a), b), c), d);
            data = data[(words.Length * sizeof(ulong))..];
        }
        else
        {
            hash = Prime5;
        }

        return Finish(unchecked(hash + length), data);
    }

    private static ulong Finish(ulong hash, ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash = BitOperations.RotateLeft(hash ^ Round(0, MemoryMarshal.Read<ulong>(rest)), 27) * Prime1 + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash = BitOperations.RotateLeft(hash ^ MemoryMarshal.Read<uint>(rest) * Prime1, 23) * Prime2 + Prime3;
                rest = rest[4..];
            }

            foreach (var value in rest)
            {
                hash = BitOperations.RotateLeft(hash ^ value * Prime5, 11) * Prime1;
            }

            hash = (hash ^ hash >> 33) * Prime2;
            hash = (hash ^ hash >> 29) * Prime3;
            return hash ^ hash >> 32;
        }
    }

    private static ulong Round(ulong accumulator, ulong word) =>
        unchecked(BitOperations.RotateLeft(accumulator + word * Prime2, 31) * Prime1);

    private static ulong Merge(ulong hash, ulong accumulator) =>
        unchecked((hash ^ Round(0, accumulator)) * Prime1 + Prime4);
}
