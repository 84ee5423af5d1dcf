using static TorchSharp.torch;

namespace FineTune.Onnx;

/// <summary>The numbers of <c>TensorProto.DataType</c>.</summary>
internal static class OnnxTypes
{
    private static readonly Dictionary<ScalarType, long> Numbers = new()
    {
        [ScalarType.Float32] = 1,
        [ScalarType.Byte] = 2,
        [ScalarType.Int8] = 3,
        [ScalarType.Int16] = 5,
        [ScalarType.Int32] = 6,
        [ScalarType.Int64] = 7,
        [ScalarType.Bool] = 9,
        [ScalarType.Float64] = 11,
    };

    public static long NumberOf(ScalarType type) => Numbers.TryGetValue(type, out var number)
        ? number
        : throw new FineTuneException($"A tensor has the type {type}, which is not written to ONNX files.");

    public static ScalarType TypeOf(long number) => Numbers.First(pair => pair.Value == number).Key;
}
