using System.Runtime.InteropServices;

namespace FineTune.Checkpoints;

/// <summary>
/// The checksum of zip archives (ISO 3309), eight bytes at a time. .NET reads archives without checking it, and keeps
/// its own implementation in a package of its own.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> tables = Tables;
        uint crc = uint.MaxValue;
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
        return ~crc;
    }

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
