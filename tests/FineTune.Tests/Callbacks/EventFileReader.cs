using System.Buffers.Binary;
using System.Text;

namespace FineTune.Tests;

/// <summary>An event as read: a number, a histogram's fields, a version or the start of a session.</summary>
internal sealed record ReadEvent(
    long Step,
    string? Version,
    bool IsStart,
    string? Tag,
    float? Scalar,
    Dictionary<int, double[]>? Histogram);

/// <summary>Reads event files byte by byte, with nothing of what writes them.</summary>
internal static class EventFileReader
{
    public static List<ReadEvent> Read(string folder) =>
        [
            .. Directory
                .GetFiles(folder, "events.out.tfevents.*")
                .Order(StringComparer.Ordinal)
                .SelectMany(file => Records(File.ReadAllBytes(file)).Select(Event)),
        ];

    /// <summary>CRC-32C bit by bit, from its polynomial.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78u;
            }
        }

        return ~crc;
    }

    private static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Is.EqualTo(Mask(Crc32C(file.AsSpan(at, 8)))));
            var data = file[(at + 12)..(at + 12 + length)];
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)), Is.EqualTo(Mask(Crc32C(data))));
            records.Add(data);
            at += length + 16;
        }

        return records;
    }

    private static uint Mask(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);

    private static ReadEvent Event(byte[] record)
    {
        var fields = Fields(record);
        Assert.That(fields[1].Single(), Has.Length.EqualTo(8), "each event has its time");
        var value = fields.TryGetValue(5, out var summary) ? Fields(Fields(summary.Single())[1].Single()) : null;
        var histogram = value is not null && value.TryGetValue(5, out var message) ? Fields(message.Single()) : null;
        return new ReadEvent(
            fields.TryGetValue(2, out var step) ? BitConverter.ToInt64(step.Single()) : 0,
            fields.TryGetValue(3, out var version) ? Encoding.UTF8.GetString(version.Single()) : null,
            fields.TryGetValue(7, out var session) && BitConverter.ToInt64(Fields(session.Single())[1].Single()) == 1,
            value is null ? null : Encoding.UTF8.GetString(value[1].Single()),
            value is not null && value.TryGetValue(2, out var scalar) ? BitConverter.ToSingle(scalar.Single()) : null,
            histogram?.ToDictionary(field => field.Key, field => field.Value.SelectMany(Doubles).ToArray()));
    }

    private static IEnumerable<double> Doubles(byte[] packed) => packed.Chunk(8).Select(bytes => BitConverter.ToDouble(bytes));

    /// <summary>The fields of a message by number; a variable-length number as its eight bytes.</summary>
    private static Dictionary<int, List<byte[]>> Fields(byte[] message)
    {
        var fields = new Dictionary<int, List<byte[]>>();
        for (var at = 0; at < message.Length;)
        {
            var key = Number(message, ref at);
            byte[] content;
            switch (key & 7)
            {
                case 0:
                    content = BitConverter.GetBytes(Number(message, ref at));
                    break;
                case 1:
                    content = message[at..(at += 8)];
                    break;
                case 2:
                    var length = (int)Number(message, ref at);
                    content = message[at..(at += length)];
                    break;
                case 5:
                    content = message[at..(at += 4)];
                    break;
                default:
                    throw new InvalidDataException($"There is no wire type {key & 7}.");
            }

            if (!fields.TryGetValue((int)(key >> 3), out var all))
            {
                fields[(int)(key >> 3)] = all = [];
            }

            all.Add(content);
        }

        return fields;
    }

    private static long Number(byte[] message, ref int at)
    {
        var number = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            number |= (long)(part & 127) << shift;
            if (part < 128)
            {
                return number;
            }
        }
    }
}
