using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace FineTune;

/// <summary>
/// Writes the events that TensorBoard reads: TorchSharp's messages, one a record, each record with its length and two checksums.
/// TorchSharp's own <c>SummaryWriter</c> cannot say that a resumed run makes events of older files void.
/// </summary>
/// <seealso href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto"/>
/// <seealso href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/summary.proto"/>
internal sealed class EventFile : IDisposable
{
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
        Write(new Event { FileVersion = "brain.Event:2" });
    }

    /// <summary>Says that writing goes on here: events of this step and of later ones in older files are void.</summary>
    public void GoOnFrom(long step) =>
        Write(new Event { Step = step, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });

    /// <summary>Writes one number.</summary>
    public void Scalar(string tag, long step, double value) =>
        Write(step, new Summary.Types.Value { Tag = tag, SimpleValue = (float)value });

    /// <summary>Writes how numbers are spread.</summary>
    public void Histogram(string tag, long step, ValueHistogram histogram)
    {
        var message = new HistogramProto
        {
            Min = histogram.Minimum,
            Max = histogram.Maximum,
            Num = histogram.Count,
            Sum = histogram.Sum,
            SumSquares = histogram.SumOfSquares,
        };
        message.BucketLimit.Add(histogram.Limits);
        message.Bucket.Add(histogram.Counts);
        Write(step, new Summary.Types.Value { Tag = tag, Histo = message });
    }

    /// <summary>Hands what was written to the system, for TensorBoard to see.</summary>
    public void Flush() => stream.Flush();

    public void Dispose() => stream.Dispose();

    private void Write(long step, Summary.Types.Value value)
    {
        var summary = new Summary();
        summary.Value.Add(value);
        Write(new Event { Step = step, Summary = summary });
    }

    private void Write(Event message)
    {
        message.WallTime = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
        var data = message.ToByteArray();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(length));
        stream.Write(checksum);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(data));
        stream.Write(checksum);
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
}
