namespace FineTune.Generators;

/// <summary>The names of the pipeline's steps, by which tests ask why a step ran.</summary>
internal static class TrackingNames
{
    /// <summary>The class as read from its attributes; null where nothing is to be written.</summary>
    public const string Parse = nameof(Parse);

    /// <summary>The classes that get a file.</summary>
    public const string Classes = nameof(Classes);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Parse, Classes];
}
