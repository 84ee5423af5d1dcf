namespace FineTune.SampleSupport;

/// <summary>Where a program keeps what it can make again.</summary>
public static class CacheFolder
{
    /// <summary>The folder of a program.</summary>
    public static string Of(string program) => Path.Combine(Root(), $"finetune-{program}");

    /// <summary>
    /// A folder that is made if it is not there yet. It appears whole or not at all: it is made under another name, which a killed run
    /// leaves behind.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="make">Fills the folder that it is given.</param>
    /// <returns>The folder.</returns>
    public static string Once(string folder, Action<string> make)
    {
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var unfinished = Path.Combine(Path.GetDirectoryName(folder)!, $".{Path.GetFileName(folder)}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(unfinished);
        try
        {
            make(unfinished);
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another run was faster.
            Directory.Delete(unfinished, recursive: true);
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }

        return folder;
    }

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
