namespace TorchSharp.Modules;

/// <summary>One number for each spatial dimension, out of the forms in which users state it; null stays null.</summary>
internal static class Extent
{
    public static long[] All(long value, int dimensions)
    {
        var extent = new long[dimensions];
        Array.Fill(extent, value);
        return extent;
    }

    public static long[]? All(long? value, int dimensions) => value is { } stated ? All(stated, dimensions) : null;

    public static long[] Of((long, long) value) => [value.Item1, value.Item2];

    public static long[] Of((long, long, long) value) => [value.Item1, value.Item2, value.Item3];

    public static long[]? Of((long, long)? value) => value is { } stated ? Of(stated) : null;

    public static long[]? Of((long, long, long)? value) => value is { } stated ? Of(stated) : null;
}
