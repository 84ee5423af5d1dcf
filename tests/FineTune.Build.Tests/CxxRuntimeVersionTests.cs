namespace FineTune.Build.Tests;

/// <summary>The one flag of a native library.</summary>
public sealed class CxxRuntimeVersionTests
{
    [Test]
    public void Need_of_the_marker_becomes_weak()
    {
        var elf = new MadeElf();
        var content = elf.Content;
        Assert.That(CxxRuntimeVersion.Weaken(content), Is.True);

        var expected = elf.Content;
        expected[elf.Flags] |= 2;
        Assert.That(content, Is.EqualTo(expected), "and nothing else changes");
        AssertLeftAlone(content, "already weak");
    }

    [Test]
    public void Other_flags_stay()
    {
        var elf = new MadeElf(flags: 0x0101);
        var content = elf.Content;
        Assert.That(CxxRuntimeVersion.Weaken(content), Is.True);
        Assert.That(content[elf.Flags..(elf.Flags + 2)], Is.EqualTo(new byte[] { 3, 1 }));
    }

    [Test]
    public void Another_version_or_symbol_is_left_alone()
    {
        AssertLeftAlone(new MadeElf(version: "GLIBCXX_3.4.33").Content, "another version");
        AssertLeftAlone(new MadeElf(version: "GLIBCXX_3.4.3").Content, "a beginning of its name");
        AssertLeftAlone(new MadeElf(symbol: "_ZNSt6chrono9_V212steady_clock3nowEv").Content, "a function that is called");
        AssertLeftAlone(new MadeElf(flags: 2).Content, "already weak");
    }

    [Test]
    public void Another_format_is_left_alone()
    {
        AssertLeftAlone([], "nothing");
        AssertLeftAlone(File.ReadAllBytes(typeof(CxxRuntimeVersionTests).Assembly.Location), "a managed assembly");
        for (var i = 0; i < 7; i++)
        {
            var content = new MadeElf().Content;
            content[i] ^= 3;
            AssertLeftAlone(content, $"byte {i} of the magic number");
        }
    }

    [Test]
    public void Truncated_file_is_left_alone()
    {
        var whole = new MadeElf().Content;
        for (var length = 0; length < whole.Length; length++)
        {
            AssertLeftAlone(whole[..length], $"{length} bytes");
        }
    }

    [Test]
    public void Damaged_file_changes_by_the_flag_or_not_at_all()
    {
        var elf = new MadeElf();
        for (var i = 0; i < elf.Content.Length; i++)
        {
            foreach (var value in new byte[] { 0x00, 0x01, 0x7F, 0x80, 0xFF })
            {
                var content = elf.Content;
                content[i] = value;
                var before = (byte[])content.Clone();
                var changed = CxxRuntimeVersion.Weaken(content);
                var differences = Enumerable.Range(0, content.Length).Where(j => content[j] != before[j]).ToList();
                Assert.That(differences, Has.Count.EqualTo(changed ? 1 : 0), $"byte {i} as {value}");
            }
        }
    }

    [Test]
    public void Library_of_the_package_changes_in_one_bit()
    {
        var before = File.ReadAllBytes(TorchSharpPackage.Library);
        var content = (byte[])before.Clone();
        Assert.That(CxxRuntimeVersion.Weaken(content), Is.True);

        var differences = Enumerable.Range(0, content.Length).Where(i => content[i] != before[i]).ToList();
        Assert.That(differences, Has.Count.EqualTo(1));
        Assert.That((before[differences[0]], content[differences[0]]), Is.EqualTo(((byte)0, (byte)2)));

        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            AssertLeftAlone(before[..random.Next(before.Length)], "truncated");
        }

        AssertLeftAlone(before[..^1], "but for a byte");
    }

    private static void AssertLeftAlone(byte[] content, string what)
    {
        var before = (byte[])content.Clone();
        Assert.That(CxxRuntimeVersion.Weaken(content), Is.False, what);
        Assert.That(content.AsSpan().SequenceEqual(before), Is.True, what);
    }
}
