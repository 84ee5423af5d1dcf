namespace TorchSharp;

/// <summary>How a quotient is rounded: not at all, down, or towards zero.</summary>
public enum RoundingMode
{
    None,
    floor,
    trunc,
}

internal static class RoundingModeExtensions
{
    /// <summary>As libtorch's operators spell it; null for none.</summary>
    public static string? Name(this RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();
}
