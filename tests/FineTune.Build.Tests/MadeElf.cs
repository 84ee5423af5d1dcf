using System.Buffers.Binary;
using System.Text;

namespace FineTune.Build.Tests;

/// <summary>A shared library of a kilobyte that needs symbols of two versions, as the linker would lay it out.</summary>
internal sealed class MadeElf
{
    public const string Marker = "_ZSt21ios_base_library_initv";
    public const string Version = "GLIBCXX_3.4.32";

    private readonly List<byte> content = [.. new byte[64]];
    private readonly List<byte> strings = [0];

    /// <summary>Two symbols, of version indexes 2 and 3; the flags are those of the second version's entry.</summary>
    public MadeElf(string symbol = Marker, string version = Version, ushort flags = 0, string file = "libstdc++.so.6")
    {
        byte[] symbols = [.. new byte[24], .. Symbol("malloc"), .. Symbol(symbol)];
        byte[] versions = [.. Bytes(2, 0), .. Bytes(2, 2), .. Bytes(2, 3)];
        byte[] needs =
        [
            .. Need("libc.so.6", next: 32), .. Needed("GLIBC_2.2.5", 0, index: 2),
            .. Need(file, next: 0), .. Needed(version, flags, index: 3),
        ];

        (uint Type, byte[] Content, uint Link, uint Count)[] sections =
            [(0, [], 0, 0), (11, symbols, 2, 1), (3, [.. strings], 0, 0), (0x6FFFFFFF, versions, 1, 0), (0x6FFFFFFE, needs, 2, 2)];
        var headers = new List<byte>();
        foreach (var section in sections)
        {
            if (section.Type == 0x6FFFFFFE)
            {
                Flags = content.Count + 48 + 4;
            }

            headers.AddRange([
                .. Bytes(4, 0),
                .. Bytes(4, section.Type),
                .. Bytes(8, 0),
                .. Bytes(8, 0),
                .. Bytes(8, (ulong)content.Count),
                .. Bytes(8, (ulong)section.Content.Length),
                .. Bytes(4, section.Link),
                .. Bytes(4, section.Count),
                .. Bytes(8, 1),
                .. Bytes(8, 0),
            ]);
            content.AddRange(section.Content);
        }

        byte[] header =
        [
            0x7F, .. "ELF"u8, 2, 1, 1, 0, .. new byte[8], .. Bytes(2, 3), .. Bytes(2, 62), .. Bytes(4, 1), .. Bytes(8, 0), .. Bytes(8, 0),
            .. Bytes(8, (ulong)content.Count), .. Bytes(4, 0), .. Bytes(2, 64), .. Bytes(2, 0), .. Bytes(2, 0), .. Bytes(2, 64),
            .. Bytes(2, (ulong)sections.Length), .. Bytes(2, 0),
        ];
        for (var i = 0; i < header.Length; i++)
        {
            content[i] = header[i];
        }

        content.AddRange(headers);
    }

    /// <summary>Where the flags of the second version's entry are.</summary>
    public int Flags { get; }

    public byte[] Content => [.. content];

    private static byte[] Bytes(int size, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..size];
    }

    private byte[] Symbol(string name) => [.. Bytes(4, Text(name)), .. new byte[20]];

    private byte[] Need(string file, uint next) =>
        [.. Bytes(2, 1), .. Bytes(2, 1), .. Bytes(4, Text(file)), .. Bytes(4, 16), .. Bytes(4, next)];

    private byte[] Needed(string version, ushort flags, ushort index) =>
        [.. Bytes(4, 0), .. Bytes(2, flags), .. Bytes(2, index), .. Bytes(4, Text(version)), .. Bytes(4, 0)];

    private uint Text(string text)
    {
        var offset = (uint)strings.Count;
        strings.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
        return offset;
    }
}
