using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;

namespace FineTune;

/// <summary>
/// Writes the events that TensorBoard reads: protocol buffers, one a record, each record with its length and two
/// checksums.
/// </summary>
/// <seealso href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto"/>
/// <seealso href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/summary.proto"/>
internal sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private static int opened;
    private readonly FileStream stream;

    /// <summary>A new file in a folder, which is made if it is missing.</summary>
    public EventFile(string folder)
    {
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"events.out.tfevents.{now:D10}.{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref opened)}");
        stream = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(null, output =>
        {
            output.WriteTag(Field.FileVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString(Version);
        });
    }

    /// <summary>Says that writing goes on here: events of this step and of later ones in older files are void.</summary>
    public void GoOnFrom(long step) => Write(step, output => WriteMessage(output, Field.SessionLog, log =>
    {
        log.WriteTag(Field.SessionStatus, WireFormat.WireType.Varint);
        log.WriteEnum(Field.SessionStart);
    }));

    /// <summary>Writes one number.</summary>
    public void Scalar(string tag, long step, double value) => Value(tag, step, output =>
    {
        output.WriteTag(Field.SimpleValue, WireFormat.WireType.Fixed32);
        output.WriteFloat((float)value);
    });

    /// <summary>Writes how numbers are spread.</summary>
    public void Histogram(string tag, long step, ValueHistogram histogram) => Value(tag, step, output =>
        WriteMessage(output, Field.Histogram, message =>
        {
            double[] moments = [histogram.Minimum, histogram.Maximum, histogram.Count, histogram.Sum, histogram.SumOfSquares];
            for (var i = 0; i < moments.Length; i++)
            {
                message.WriteTag(Field.HistogramMinimum + i, WireFormat.WireType.Fixed64);
                message.WriteDouble(moments[i]);
            }

            WritePacked(message, Field.HistogramLimits, histogram.Limits);
            WritePacked(message, Field.HistogramCounts, histogram.Counts);
        }));

    /// <summary>Hands what was written to the system, for TensorBoard to see.</summary>
    public void Flush() => stream.Flush();

    public void Dispose() => stream.Dispose();

    private void Value(string tag, long step, Action<CodedOutputStream> writeValue) => Write(step, output =>
        WriteMessage(output, Field.Summary, summary => WriteMessage(summary, Field.SummaryValue, value =>
        {
            value.WriteTag(Field.Tag, WireFormat.WireType.LengthDelimited);
            value.WriteString(tag);
            writeValue(value);
        })));

    private void Write(long? step, Action<CodedOutputStream> write)
    {
        var message = Message(output =>
        {
            output.WriteTag(Field.WallTime, WireFormat.WireType.Fixed64);
            output.WriteDouble((DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds);
            if (step is { } number)
            {
                output.WriteTag(Field.Step, WireFormat.WireType.Varint);
                output.WriteInt64(number);
            }

            write(output);
        });
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Length);
        stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(length));
        stream.Write(checksum);
        stream.Write(message);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(message));
        stream.Write(checksum);
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(output);
        }

        return buffer.ToArray();
    }

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static void WritePacked(CodedOutputStream output, int field, double[] values)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(values.Length * sizeof(double));
        foreach (var value in values)
        {
            output.WriteDouble(value);
        }
    }

    // CRC-32C (Castagnoli), rotated and shifted so that checksums of checksums stay sound.
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var checksum = uint.MaxValue;
        foreach (var value in data)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return unchecked(BitOperations.RotateRight(~checksum, 15) + 0xA282EAD8);
    }

    /// <summary>The numbers of fields in the messages Event, SessionLog, Summary, Summary.Value and HistogramProto.</summary>
    private static class Field
    {
        public const int WallTime = 1;
        public const int Step = 2;
        public const int FileVersion = 3;
        public const int Summary = 5;
        public const int SessionLog = 7;
        public const int SessionStatus = 1;
        public const int SessionStart = 1;
        public const int SummaryValue = 1;
        public const int Tag = 1;
        public const int SimpleValue = 2;
        public const int Histogram = 5;
        public const int HistogramMinimum = 1;
        public const int HistogramLimits = 6;
        public const int HistogramCounts = 7;
    }
}
