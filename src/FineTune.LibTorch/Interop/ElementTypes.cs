using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Which type of libtorch's a type of C#'s is.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<Type, ScalarType> Known = new()
    {
        [typeof(bool)] = ScalarType.Bool,
        [typeof(byte)] = ScalarType.Byte,
        [typeof(sbyte)] = ScalarType.Int8,
        [typeof(short)] = ScalarType.Int16,
        [typeof(int)] = ScalarType.Int32,
        [typeof(long)] = ScalarType.Int64,
        [typeof(Half)] = ScalarType.Float16,
        [typeof(float)] = ScalarType.Float32,
        [typeof(double)] = ScalarType.Float64,
    };

    public static ScalarType Of(Type type) => Known.TryGetValue(type, out ScalarType found) ? found
        : throw new ArgumentException($"There are no tensors of {type.Name}: expected one of {string.Join(", ", Known.Keys.Select(known => known.Name))}.");

    /// <exception cref="ArgumentException">A tensor of <paramref name="actual"/> does not hold elements of type <typeparamref name="T"/>.</exception>
    public static void Require<T>(ScalarType actual)
    {
        if (Of(typeof(T)) != actual)
            throw new ArgumentException($"The tensor's dtype is {actual}, and cannot be read as {typeof(T).Name}.");
    }
}
