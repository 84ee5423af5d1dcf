namespace FineTune.Build;

/// <summary>A file that changes only when its content does, and is never seen half written.</summary>
internal static class MendedFile
{
    /// <summary>
    /// Makes <paramref name="path"/> hold <paramref name="content"/>. A file that holds it already keeps its time, so that
    /// nothing is copied anew. Another content is replaced by a new file, not overwritten: outputs may be hard links to
    /// the old one, and another build may be doing the same.
    /// </summary>
    /// <returns>Whether anything was written.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static bool Write(string path, byte[] content)
    {
        if (Holds(path, content))
        {
            return false;
        }

        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".tmp");
        try
        {
            File.WriteAllBytes(temporary, content);
            if (File.Exists(path))
            {
                File.Replace(temporary, path, destinationBackupFileName: null);
            }
            else
            {
                File.Move(temporary, path);
            }
        }
        catch (IOException) when (Holds(path, content))
        {
            // Another build was first.
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }

        return true;
    }

    private static bool Holds(string path, byte[] content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == content.Length && Equal(File.ReadAllBytes(path), content);
    }

    private static bool Equal(byte[] left, byte[] right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i])
            {
                return false;
            }
        }

        return true;
    }
}
