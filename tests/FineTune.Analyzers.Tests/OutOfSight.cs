namespace FineTune.Analyzers.Tests;

/// <summary>Code that the rules cannot see through: virtual calls on an object from elsewhere.</summary>
internal static class OutOfSight
{
    public const string Source =
        """
        namespace Demo;
        public abstract class External
        {
            public static External Current = null!;
            public abstract void Do(object? argument);
            public static void Use(object argument) => Current.Do(argument);
        }
        """;
}
