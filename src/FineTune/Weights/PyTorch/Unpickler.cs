using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace FineTune.Weights;

/// <summary>
/// Reads the subset of Python's pickle language that <c>torch.save</c> writes for state dicts, and executes nothing:
/// a name or an instruction outside the subset is refused, by name.
/// </summary>
/// <seealso href="https://github.com/python/cpython/blob/main/Lib/pickletools.py"/>
internal ref struct Unpickler
{
    private const int MostBytes = 64 << 20;
    private const int MostInstructions = 10_000_000;
    private const int MostMemos = 1_000_000;
    private const int LongestString = 1 << 20;
    private const int DeepestMarks = 1_000;

    // Python writes the items of a dictionary in runs of 1,000 pairs; each run is on the stack as a whole.
    private const int MostOnStack = 10_000;

    private readonly ReadOnlySpan<byte> pickle;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = new();
    private readonly Dictionary<uint, object?> memo = [];
    private readonly Dictionary<string, PickleStorage> storages = [];
    private int position;

    private Unpickler(ReadOnlySpan<byte> pickle) => this.pickle = pickle;

    /// <summary>Reads one pickle at the start of a span, which may go on after it.</summary>
    /// <exception cref="PickleException">It is malformed, or holds something else than a state dict is made of.</exception>
    public static Pickle Read(ReadOnlySpan<byte> pickle)
    {
        var unpickler = new Unpickler(pickle[..Math.Min(pickle.Length, MostBytes)]);
        var value = unpickler.Run();
        return new Pickle(value, unpickler.position, unpickler.storages);
    }

    private object? Run()
    {
        for (var count = 0; count < MostInstructions; count++)
        {
            var instruction = Byte();
            if (instruction == '.')
            {
                return stack.Count == 1 && marks.Count == 0 ? Pop() : throw new PickleException("it ends with something left on its stack");
            }

            Execute(instruction);
            if (stack.Count > MostOnStack || marks.Count > DeepestMarks)
            {
                throw new PickleException("it nests too deep");
            }
        }

        throw new PickleException($"it has more than {MostInstructions} instructions");
    }

    private void Execute(byte instruction)
    {
        switch (instruction)
        {
            case 0x80:
                var protocol = Byte();
                if (protocol != 2)
                {
                    throw new PickleException($"it is of protocol {protocol}, but torch.save writes protocol 2 unless told otherwise");
                }

                break;
            case (byte)'N':
                stack.Add(null);
                break;
            case 0x88:
                stack.Add(true);
                break;
            case 0x89:
                stack.Add(false);
                break;
            case (byte)'J':
                stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
                break;
            case (byte)'K':
                stack.Add((long)Byte());
                break;
            case (byte)'M':
                stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
                break;
            case 0x8A:
                stack.Add(Integer(Bytes(Byte())));
                break;
            case (byte)'G':
                stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
                break;
            case (byte)'X':
                stack.Add(Text());
                break;
            case (byte)'U':
                stack.Add(OldText(Bytes(Byte())));
                break;
            case (byte)'T':
                stack.Add(OldText(Bytes(Bounded(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))))));
                break;
            case 0x8B:
                stack.Add(Integer(Bytes(Bounded(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))))));
                break;
            case (byte)')':
                stack.Add(new PickleTuple([]));
                break;
            case 0x85:
                stack.Add(new PickleTuple(PopMany(1)));
                break;
            case 0x86:
                stack.Add(new PickleTuple(PopMany(2)));
                break;
            case 0x87:
                stack.Add(new PickleTuple(PopMany(3)));
                break;
            case (byte)'(':
                marks.Push(stack.Count);
                break;
            case (byte)'t':
                stack.Add(new PickleTuple(PopToMark()));
                break;
            case (byte)']':
                stack.Add(new PickleList());
                break;
            case (byte)'a':
                var item = Pop();
                TopUnlessOpaque<PickleList>("a list")?.Items.Add(item);
                break;
            case (byte)'e':
                var items = PopToMark();
                TopUnlessOpaque<PickleList>("a list")?.Items.AddRange(items);
                break;
            case (byte)'}':
                stack.Add(new PickleDictionary());
                break;
            case (byte)'s':
                SetItems(PopMany(2));
                break;
            case (byte)'u':
                SetItems(PopToMark());
                break;
            case (byte)'q':
                Memorize(Byte());
                break;
            case (byte)'r':
                Memorize(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));
                break;
            case (byte)'h':
                stack.Add(Remember(Byte()));
                break;
            case (byte)'j':
                stack.Add(Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))));
                break;
            case (byte)'c':
                stack.Add(PickleGlobals.Named(Line(), Line()));
                break;
            case (byte)'Q':
                stack.Add(Declared(PickleGlobals.Storage(Pop())));
                break;
            case (byte)'R':
                var arguments = Pop();
                stack.Add(PickleGlobals.Call(Pop(), arguments));
                break;
            case 0x81:
                var made = Pop();
                stack.Add(PickleGlobals.Create(Pop(), made));
                break;
            case (byte)'b':
                SetState(Pop());
                break;
            default:
                throw new PickleException(
                    $"it has the instruction 0x{instruction:X2} at byte {position - 1}, which state dicts do not need");
        }
    }

    private readonly void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw new PickleException("a key in it lacks its value");
        }

        var dictionary = TopUnlessOpaque<PickleDictionary>("a dictionary");
        for (var i = 0; dictionary is not null && i < items.Length; i += 2)
        {
            dictionary.Items.Add((items[i], items[i + 1]));
        }
    }

    // Nothing here depends on it: the versions of a state dict's modules; whether an old parameter trains, and its hooks.
    private readonly void SetState(object? state)
    {
        var isParameter = stack.Count > 0 && stack[^1] is PickleTensor { IsParameterOfOld: true };
        if (!(isParameter && state is PickleTuple { Items: [bool, bool, PickleDictionary or null] }))
        {
            TopUnlessOpaque<PickleDictionary>("a dictionary");
        }
    }

    // What is put into something that is never made is left out.
    private readonly T? TopUnlessOpaque<T>(string expected) where T : class =>
        stack.Count > 0 && stack[^1] is PickleOpaque ? null : Top<T>(expected);

    private readonly PickleStorage Declared(PickleStorage storage)
    {
        if (!storages.TryAdd(storage.Key, storage) && storages[storage.Key] != storage)
        {
            throw new PickleException($"storage {storage.Key} is described in two ways");
        }

        return storage;
    }

    private void Memorize(uint index)
    {
        if (stack.Count == 0)
        {
            throw Underflow();
        }

        memo[index] = stack[^1];
        if (memo.Count > MostMemos)
        {
            throw new PickleException($"it remembers more than {MostMemos} values");
        }
    }

    private readonly object? Remember(uint index) =>
        memo.TryGetValue(index, out var value) ? value : throw new PickleException($"it recalls value {index}, which it never remembered");

    private readonly T Top<T>(string expected) where T : class => stack.Count == 0
        ? throw Underflow()
        : stack[^1] as T ?? throw new PickleException($"it fills something that is not {expected}");

    private readonly object? Pop()
    {
        var start = StartOf(1);
        var item = stack[start];
        stack.RemoveAt(start);
        return item;
    }

    private readonly object?[] PopMany(int count)
    {
        var start = StartOf(count);
        var items = new object?[count];
        stack.CopyTo(start, items, 0, count);
        stack.RemoveRange(start, count);
        return items;
    }

    // Where the topmost items start on the stack; they may not reach below the mark.
    private readonly int StartOf(int count)
    {
        var start = stack.Count - count;
        return start >= (marks.Count > 0 ? marks.Peek() : 0) ? start : throw Underflow();
    }

    private readonly object?[] PopToMark()
    {
        if (marks.Count == 0)
        {
            throw Underflow();
        }

        var items = PopMany(stack.Count - marks.Peek());
        marks.Pop();
        return items;
    }

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(long count)
    {
        if (count > pickle.Length - position)
        {
            throw new PickleException(pickle.Length == MostBytes ? $"it is longer than {MostBytes} bytes" : "it ends in the middle");
        }

        var bytes = pickle.Slice(position, (int)count);
        position += (int)count;
        return bytes;
    }

    private string Text() => Decode(Bytes(Bounded(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))));

    private static uint Bounded(uint length) => length > LongestString
        ? throw new PickleException($"it has a string of {length} bytes, more than the {LongestString} allowed")
        : length;

    // Python 2 had one type for text and for bytes, such as those of a number.
    private static object OldText(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Decode(bytes) : new PickleOpaque("it has a string that is not valid UTF-8");

    private string Line()
    {
        var length = pickle[position..].IndexOf((byte)'\n');
        if (length is < 0 or > 1000)
        {
            throw new PickleException("it has a name without an end");
        }

        var line = Decode(Bytes(length));
        position++;
        return line;
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new PickleException("it has a string that is not valid UTF-8");
        }
    }

    private static object Integer(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private static PickleException Underflow() => new("it takes more from its stack than it put there");
}
