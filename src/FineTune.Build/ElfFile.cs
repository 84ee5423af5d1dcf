using System.Text;

namespace FineTune.Build;

/// <summary>
/// The sections of a 64-bit little-endian ELF file, as elf(5) describes them. Whatever lies outside of the file, or
/// contradicts itself, is an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class ElfFile
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;

    private readonly byte[] content;
    private readonly List<ElfSection> sections = [];

    /// <summary>Reads the table of sections; later reads see changes of <paramref name="content"/>.</summary>
    public ElfFile(byte[] content)
    {
        this.content = content;
        var magic = new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 };   // 64 bits, little endian, version 1
        for (var i = 0; i < magic.Length; i++)
        {
            if (Number(i, 1) != magic[i])
            {
                throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
            }
        }

        var (table, size, count) = (Number(40, 8), Number(58, 2), Number(60, 2));
        if (table < HeaderSize || size != SectionHeaderSize || table > content.Length - (count * SectionHeaderSize))
        {
            throw new InvalidDataException("No table of sections.");
        }

        for (var i = 0; i < count; i++)
        {
            sections.Add(Section(table + (i * SectionHeaderSize)));
        }
    }

    /// <summary>The one section of this type.</summary>
    public ElfSection Only(uint type)
    {
        var found = sections.FindAll(section => section.Type == type);
        return found.Count == 1 ? found[0] : throw new InvalidDataException($"{found.Count} sections of type {type:X}.");
    }

    /// <summary>The section that another one refers to.</summary>
    public ElfSection Linked(ElfSection section) =>
        section.Link < sections.Count ? sections[(int)section.Link] : throw new InvalidDataException("No such section.");

    /// <summary>The unsigned number of <paramref name="size"/> bytes, at most eight, at an offset of the file.</summary>
    public long Number(long offset, int size)
    {
        if (offset < 0 || offset > content.Length - size)
        {
            throw new InvalidDataException("Beyond the end of the file.");
        }

        var value = 0UL;
        for (var i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | content[offset + i];
        }

        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("Beyond every file.");
    }

    /// <summary>The same, at an offset of a section and within it.</summary>
    public long Number(ElfSection section, long offset, int size)
    {
        if (offset < 0 || offset > section.Size - size)
        {
            throw new InvalidDataException("Beyond the end of the section.");
        }

        return Number(section.Offset + offset, size);
    }

    /// <summary>The text at an offset of a table of strings.</summary>
    public string Text(ElfSection strings, long offset)
    {
        var length = 0;
        while (Number(strings, offset + length, 1) != 0)
        {
            length++;
        }

        return Encoding.ASCII.GetString(content, (int)(strings.Offset + offset), length);
    }

    private ElfSection Section(long header)
    {
        var section = new ElfSection(
            Type: (uint)Number(header + 4, 4), Link: Number(header + 40, 4), Count: Number(header + 44, 4),
            Offset: Number(header + 24, 8), Size: Number(header + 32, 8));
        const uint occupiesNothing = 8;
        if (section.Type != occupiesNothing && (section.Offset > content.Length || section.Size > content.Length - section.Offset))
        {
            throw new InvalidDataException("A section beyond the end of the file.");
        }

        return section;
    }
}

/// <summary>Where a section lies, the section it refers to, and what its <c>sh_info</c> counts.</summary>
internal readonly struct ElfSection(uint Type, long Link, long Count, long Offset, long Size)
{
    public uint Type { get; } = Type;

    public long Link { get; } = Link;

    public long Count { get; } = Count;

    public long Offset { get; } = Offset;

    public long Size { get; } = Size;
}
