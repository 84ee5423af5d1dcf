using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FineTune.Checkpoints;

/// <summary>
/// The checksum of zip archives (ISO 3309), eight bytes at a time, or many where the processor multiplies polynomials.
/// .NET reads archives without checking it, and keeps its own implementation in a package of its own.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int LeastToFold = 64;
    private const int LeastToFoldWide = 512;

    private static readonly uint[] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of data that has <paramref name="data"/> after what has <paramref name="checksum"/>.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        uint crc = ~checksum;
        if (Pclmulqdq.V512.IsSupported && data.Length >= LeastToFoldWide)
        {
            ReadOnlySpan<Vector512<ulong>> blocks = MemoryMarshal.Cast<byte, Vector512<ulong>>(data);
            crc = FoldWide(crc, blocks[..(blocks.Length / 4 * 4)]);
            data = data[(blocks.Length / 4 * 4 * Vector512<byte>.Count)..];
        }

        if (Pclmulqdq.IsSupported && data.Length >= LeastToFold)
        {
            int folded = data.Length / Vector128<byte>.Count * Vector128<byte>.Count;
            crc = Fold(crc, MemoryMarshal.Cast<byte, Vector128<ulong>>(data[..folded]));
            data = data[folded..];
        }

        return ~ByTables(crc, data);
    }

    private static uint ByTables(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> tables = Tables;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            ulong mixed = word ^ crc;
            crc = tables[7 * 256 + (byte)mixed]
                ^ tables[6 * 256 + (byte)(mixed >> 8)]
                ^ tables[5 * 256 + (byte)(mixed >> 16)]
                ^ tables[4 * 256 + (byte)(mixed >> 24)]
                ^ tables[3 * 256 + (byte)(mixed >> 32)]
                ^ tables[2 * 256 + (byte)(mixed >> 40)]
                ^ tables[256 + (byte)(mixed >> 48)]
                ^ tables[(byte)(mixed >> 56)];
        }

        foreach (byte value in data[(words.Length * sizeof(ulong))..])
            crc = tables[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    // Four blocks of 64 bytes at a time are carried over the next four; what is left of all has the checksum of all.
    private static uint FoldWide(uint crc, ReadOnlySpan<Vector512<ulong>> blocks)
    {
        Vector512<ulong> by256 = Vector512.Create(Vector256.Create(Vector128.Create(0x1_1542_778Aul, 0x1_322D_1430ul)));
        Vector512<ulong> first = blocks[0] ^ Vector512.CreateScalar((ulong)crc), second = blocks[1], third = blocks[2], fourth = blocks[3];
        for (blocks = blocks[4..]; blocks.Length >= 4; blocks = blocks[4..])
        {
            first = Carried(first, by256) ^ blocks[0];
            second = Carried(second, by256) ^ blocks[1];
            third = Carried(third, by256) ^ blocks[2];
            fourth = Carried(fourth, by256) ^ blocks[3];
        }

        return Fold(0, MemoryMarshal.Cast<Vector512<ulong>, Vector128<ulong>>([first, second, third, fourth]));
    }

    // Four blocks at a time are carried over the next four, then all into one, and that is reduced: Gopal et al., "Fast CRC
    // Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009), with its constants for this polynomial.
    private static uint Fold(uint crc, ReadOnlySpan<Vector128<ulong>> blocks)
    {
        Vector128<ulong> low = Vector128.Create(0x0000_0000_FFFF_FFFFul);
        Vector128<ulong> by64 = Vector128.Create(0x1_5444_2BD4ul, 0x1_C6E4_1596ul), by16 = Vector128.Create(0x1_7519_97D0ul, 0x0_CCAA_009Eul);
        Vector128<ulong> to64 = Vector128.Create(0x1_63CD_6124ul, 0), reduction = Vector128.Create(0x1_DB71_0641ul, 0x1_F701_1641ul);

        Vector128<ulong> first = blocks[0] ^ Vector128.CreateScalar((ulong)crc), second = blocks[1], third = blocks[2], fourth = blocks[3];
        blocks = blocks[4..];
        for (; blocks.Length >= 4; blocks = blocks[4..])
        {
            first = Carried(first, by64) ^ blocks[0];
            second = Carried(second, by64) ^ blocks[1];
            third = Carried(third, by64) ^ blocks[2];
            fourth = Carried(fourth, by64) ^ blocks[3];
        }

        Vector128<ulong> all = Carried(Carried(Carried(first, by16) ^ second, by16) ^ third, by16) ^ fourth;
        foreach (Vector128<ulong> block in blocks)
            all = Carried(all, by16) ^ block;

        all = Sse2.ShiftRightLogical128BitLane(all, 8) ^ Pclmulqdq.CarrylessMultiply(all, by16, 0x10);
        all = Sse2.ShiftRightLogical128BitLane(all, 4) ^ Pclmulqdq.CarrylessMultiply(all & low, to64, 0x00);
        Vector128<ulong> quotient = Pclmulqdq.CarrylessMultiply(all & low, reduction, 0x10) & low;
        return (all ^ Pclmulqdq.CarrylessMultiply(quotient, reduction, 0x00)).AsUInt32()[1];
    }

    private static Vector128<ulong> Carried(Vector128<ulong> block, Vector128<ulong> distance) =>
        Pclmulqdq.CarrylessMultiply(block, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, distance, 0x11);

    private static Vector512<ulong> Carried(Vector512<ulong> block, Vector512<ulong> distance) =>
        Pclmulqdq.V512.CarrylessMultiply(block, distance, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(block, distance, 0x11);

    // The first table is of single bytes; each further one of bytes that are followed by one more zero byte.
    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
