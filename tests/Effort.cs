namespace FineTune;

/// <summary>How much a long test does: enough to see a mistake at each change, all of it at night.</summary>
internal static class Effort
{
    /// <summary>The first number, or the second where the environment says <c>NIGHTLY=1</c>.</summary>
    public static int Of(int count, int nightly) => Environment.GetEnvironmentVariable("NIGHTLY") == "1" ? nightly : count;
}
