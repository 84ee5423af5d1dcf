namespace FineTune.SampleSupport;

/// <summary>Where a program keeps what it can make again.</summary>
public static class CacheFolder
{
    /// <summary>The folder of a sample.</summary>
    public static string Of(string sample) => Path.Combine(Root(), $"finetune-{sample}");

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } stated)
        {
            return stated;
        }

        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache");
    }
}
