namespace TextSentiment;

/// <summary>Where a program keeps what it can make again.</summary>
internal static class CacheFolder
{
    public static string Path { get; } = System.IO.Path.Combine(Root(), "finetune-text-sentiment");

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
        return OperatingSystem.IsMacOS() ? System.IO.Path.Combine(home, "Library", "Caches") : System.IO.Path.Combine(home, ".cache");
    }
}
