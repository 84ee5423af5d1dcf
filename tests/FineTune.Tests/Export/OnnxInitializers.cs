using Google.Protobuf;

namespace FineTune.Tests;

/// <summary>The weights of an ONNX file, read as bytes by the field numbers of its specification.</summary>
internal static class OnnxInitializers
{
    public static Dictionary<string, (long[] Shape, byte[] Data)> Of(string file)
    {
        Dictionary<string, (long[], byte[])> found = [];
        var graph = Fields(File.ReadAllBytes(file)).Single(field => field.Number == 7).Bytes!;
        foreach (var initializer in Fields(graph).Where(field => field.Number == 5))
        {
            var fields = Fields(initializer.Bytes!).ToList();
            var name = System.Text.Encoding.UTF8.GetString(fields.Single(field => field.Number == 8).Bytes!);
            found.Add(name, (
                [.. fields.Where(field => field.Number == 1).Select(field => field.Value)],
                fields.Single(field => field.Number == 9).Bytes!));
        }

        return found;
    }

    private static IEnumerable<(int Number, long Value, byte[]? Bytes)> Fields(byte[] message)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            yield return WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited
                ? (WireFormat.GetTagFieldNumber(tag), 0, input.ReadBytes().ToByteArray())
                : (WireFormat.GetTagFieldNumber(tag), input.ReadInt64(), null);
        }
    }
}
