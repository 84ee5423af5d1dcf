namespace FineTune.Build;

/// <summary>
/// Lets a native library load beside an older C++ runtime. <c>libLibTorchSharp.so</c> says that it needs
/// <c>GLIBCXX_3.4.32</c>, which Debian 12 and Ubuntu 22.04 lack, for one symbol: a marker that gcc 13 leaves in whatever
/// includes <c>&lt;iostream&gt;</c>, and that is never called. A version that is needed weakly may be absent.
/// </summary>
internal static class CxxRuntimeVersion
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Marker = "_ZSt21ios_base_library_initv";

    // Section types and the flag, as the Linux Standard Base names them.
    private const uint DynamicSymbols = 11;                 // SHT_DYNSYM
    private const uint NeededVersions = 0x6FFFFFFE;         // SHT_GNU_verneed
    private const uint SymbolVersions = 0x6FFFFFFF;         // SHT_GNU_versym
    private const int Weak = 2;                             // VER_FLG_WEAK
    private const int SymbolSize = 24;

    /// <summary>
    /// Marks the need as weak. A file that is something else, has no such need or uses another symbol of that version
    /// is left as it is.
    /// </summary>
    /// <returns>Whether <paramref name="library"/> was changed.</returns>
    public static bool Weaken(byte[] library)
    {
        try
        {
            var elf = new ElfFile(library);
            if (FindNeed(elf) is not { } need)
            {
                return false;
            }

            var (flags, index) = (elf.Number(need + 4, 2), elf.Number(need + 6, 2));
            if ((flags & Weak) != 0 || !OnlyMarkerUses(elf, index))
            {
                return false;
            }

            library[need + 4] |= Weak;
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    // Where the entry for the version lies in the file: a list of files (Verneed), each with a list of versions (Vernaux),
    // all linked by relative offsets.
    private static long? FindNeed(ElfFile elf)
    {
        var needs = elf.Only(NeededVersions);
        var strings = elf.Linked(needs);
        long file = 0;
        for (var i = 0L; i < needs.Count; i++)
        {
            var version = file + elf.Number(needs, file + 8, 4);
            var count = elf.Number(needs, file + 2, 2);
            for (var j = 0L; j < count; j++)
            {
                if (elf.Text(strings, elf.Number(needs, version + 8, 4)) == Version)
                {
                    return needs.Offset + version;
                }

                version += Step(elf.Number(needs, version + 12, 4), last: j == count - 1);
            }

            file += Step(elf.Number(needs, file + 12, 4), last: i == needs.Count - 1);
        }

        return null;
    }

    private static long Step(long next, bool last) =>
        next > 0 || last ? next : throw new InvalidDataException("The list ends before its count.");

    private static bool OnlyMarkerUses(ElfFile elf, long index)
    {
        var symbols = elf.Only(DynamicSymbols);
        var versions = elf.Only(SymbolVersions);
        var strings = elf.Linked(symbols);
        var used = false;
        for (var i = 0L; i < symbols.Size / SymbolSize; i++)
        {
            const long hidden = 0x8000;
            if ((elf.Number(versions, i * 2, 2) & ~hidden) != index)
            {
                continue;
            }

            if (elf.Text(strings, elf.Number(symbols, i * SymbolSize, 4)) != Marker)
            {
                return false;
            }

            used = true;
        }

        return used;
    }
}
