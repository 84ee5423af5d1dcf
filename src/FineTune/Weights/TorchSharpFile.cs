using System.Text;
using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>
/// Reads what TorchSharp's own <c>module.save(path)</c> writes: the number of tensors, then for each its name, type,
/// shape and elements. Numbers are written seven bits at a time.
/// </summary>
/// <seealso href="https://github.com/dotnet/TorchSharp/blob/main/docfx/articles/saveload.md"/>
internal sealed class TorchSharpFile
{
    private const int MostTensors = 65_536;
    private const int LongestName = 1_000;
    private const int HighestRank = 64;

    private readonly MappedFile file;
    private long position;

    private TorchSharpFile(MappedFile file) => this.file = file;

    /// <exception cref="WeightsFileException">The file is damaged, or of another format.</exception>
    public static Dictionary<string, StoredTensor> Read(MappedFile file) => new TorchSharpFile(file).Read();

    private Dictionary<string, StoredTensor> Read()
    {
        var count = Number(MostTensors, "the number of its tensors");
        var tensors = new Dictionary<string, StoredTensor>();
        for (long i = 0; i < count; i++)
        {
            var name = Name();
            if (!tensors.TryAdd(name, Tensor(name)))
            {
                throw Error($"'{name}' is in it twice");
            }
        }

        return position == file.Length ? tensors : throw Error($"{file.Length - position} bytes follow its last tensor");
    }

    private StoredTensor Tensor(string name)
    {
        var type = (ScalarType)Number(sbyte.MaxValue, $"the type of '{name}'");
        int size;
        try
        {
            size = ElementSize.Of(type);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Error($"'{name}' is of an unknown type, {(int)type}");
        }

        var shape = new long[Number(HighestRank, $"the rank of '{name}'")];
        long length = size;
        try
        {
            for (var i = 0; i < shape.Length; i++)
            {
                length = checked(length * (shape[i] = Number(long.MaxValue, $"the shape of '{name}'")));
            }
        }
        catch (OverflowException)
        {
            throw Error($"the size of '{name}' overflows");
        }

        if (length > file.Length - position)
        {
            throw Error($"'{name}' takes {length} bytes, but {file.Length - position} are left; it is truncated");
        }

        var tensor = new StoredTensor(file, name, type, shape, position);
        position += length;
        return tensor;
    }

    private string Name()
    {
        var length = (int)Number(LongestName, "the length of a name");
        if (length > file.Length - position)
        {
            throw Error("it ends in a name; it is truncated");
        }

        try
        {
            var name = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Span(position, length));
            position += length;
            return name;
        }
        catch (DecoderFallbackException)
        {
            throw Error("a name in it is not valid UTF-8");
        }
    }

    // LEB128: seven bits in a byte, the lowest first, and the eighth set where more follow.
    private long Number(long most, string what)
    {
        ulong number = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position == file.Length)
            {
                throw Error($"it ends in {what}; it is truncated");
            }

            var part = file.Span(position++, 1)[0];
            number |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return number <= (ulong)most ? (long)number : throw Error($"{what} is {number}, more than the {most} allowed");
            }
        }

        throw Error($"{what} has no end");
    }

    private WeightsFileException Error(string what) => new($"'{file.Path}' is not a valid TorchSharp file: {what}.");
}
