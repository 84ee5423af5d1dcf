using FineTune.Checkpoints;

namespace FineTune.Tests;

public sealed class Crc32Tests
{
    /// <summary>The check value of ISO 3309's catalogue entry.</summary>
    [Test]
    public void The_digits_have_their_known_checksum() => Assert.That(Crc32.Of("123456789"u8), Is.EqualTo(0xCBF43926));

    [Test]
    public void A_known_sentence_has_its_known_checksum() =>
        Assert.That(Crc32.Of("The quick brown fox jumps over the lazy dog"u8), Is.EqualTo(0x414FA339));

    /// <summary>Byte by byte, by blocks of 16 bytes and by blocks of 64, and what is left after each.</summary>
    [Test]
    public void Every_length_has_the_checksum_of_its_bytes_one_by_one()
    {
        var data = new byte[1400];
        new Random(1).NextBytes(data);

        Assert.Multiple(() =>
        {
            for (int length = 0; length <= data.Length; length++)
                Assert.That(Crc32.Of(data.AsSpan(0, length)), Is.EqualTo(BitByBit(data.AsSpan(0, length))), $"{length} bytes");
        });
    }

    [Test]
    public void Parts_one_after_the_other_have_the_checksum_of_the_whole([Values(0, 1, 63, 64, 65, 500)] int at)
    {
        var data = new byte[700];
        new Random(2).NextBytes(data);

        Assert.That(Crc32.Append(Crc32.Of(data.AsSpan(0, at)), data.AsSpan(at)), Is.EqualTo(BitByBit(data)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
