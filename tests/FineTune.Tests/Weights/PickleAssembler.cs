using System.Buffers.Binary;
using System.Text;

namespace FineTune.Tests;

/// <summary>Writes pickles instruction by instruction, also those that no honest program would write.</summary>
internal sealed class PickleAssembler
{
    private readonly List<byte> bytes = [];

    public PickleAssembler(byte protocol = 2) => Raw(0x80, protocol);

    /// <summary>A state dict of one tensor of floats.</summary>
    public static byte[] StateDict(
        string key = "0",
        long count = 6,
        long offset = 0,
        long[]? shape = null,
        long[]? strides = null,
        string storage = "FloatStorage",
        Action<PickleAssembler>? beforeTensor = null,
        Action<PickleAssembler>? afterTensor = null)
    {
        var pickle = new PickleAssembler().OrderedDictionary().Mark().Text("x");
        beforeTensor?.Invoke(pickle);
        pickle.Global("torch._utils", "_rebuild_tensor_v2").Mark()
            .Mark().Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(count).Raw('t').Raw('Q')
            .Number(offset).Numbers(shape ?? [2, 3]).Numbers(strides ?? [3, 1]).Raw(0x89).OrderedDictionary().Raw('t').Raw('R');
        afterTensor?.Invoke(pickle);
        return pickle.Raw('u').Stop();
    }

    public PickleAssembler Raw(params byte[] more)
    {
        bytes.AddRange(more);
        return this;
    }

    public PickleAssembler Raw(char instruction) => Raw((byte)instruction);

    public PickleAssembler Mark() => Raw('(');

    public PickleAssembler Global(string module, string name) => Raw('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleAssembler OrderedDictionary() => Global("collections", "OrderedDict").Raw(')').Raw('R');

    public PickleAssembler Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Raw('X').Raw(BitConverter.GetBytes(utf8.Length)).Raw(utf8);
    }

    public PickleAssembler Number(long number)
    {
        var little = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(little, number);
        return Raw(0x8A, 8).Raw(little);
    }

    public PickleAssembler Numbers(long[] numbers)
    {
        Mark();
        foreach (var number in numbers)
        {
            Number(number);
        }

        return Raw('t');
    }

    public byte[] Stop() => [.. Raw('.').bytes];
}
