using static TorchSharp.torch;

namespace FineTune.Weights;

/// <summary>An element type of the safetensors format: its name, its size, and the engine's type if there is one.</summary>
/// <param name="Name">As the format spells it.</param>
/// <param name="Bits">Of one element; less than 8 for the packed types.</param>
/// <param name="Type">What holds it here, or nothing if it is an error to read it.</param>
internal sealed record SafeTensorsType(string Name, int Bits, ScalarType? Type)
{
    private static readonly SafeTensorsType[] All =
    [
        new("BOOL", 8, ScalarType.Bool),
        new("U8", 8, ScalarType.Byte),
        new("I8", 8, ScalarType.Int8),
        new("I16", 16, ScalarType.Int16),
        new("I32", 32, ScalarType.Int32),
        new("I64", 64, ScalarType.Int64),
        new("F16", 16, ScalarType.Float16),
        new("BF16", 16, ScalarType.BFloat16),
        new("F32", 32, ScalarType.Float32),
        new("F64", 64, ScalarType.Float64),
        new("C64", 64, ScalarType.ComplexFloat32),
        new("U16", 16, null),
        new("U32", 32, null),
        new("U64", 64, null),
        new("F8_E5M2", 8, null),
        new("F8_E4M3", 8, null),
        new("F8_E8M0", 8, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("F4", 4, null),
    ];

    public static SafeTensorsType? Named(string name) => Array.Find(All, type => type.Name == name);

    public static SafeTensorsType? Of(ScalarType type) => Array.Find(All, candidate => candidate.Type == type);
}
