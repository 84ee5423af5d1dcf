using System.Security.Cryptography;
using System.Text;

namespace FineTune.SampleSupport;

/// <summary>Where a training is backed up until it is done: a folder for each choice of options.</summary>
public static class BackupFolder
{
    /// <summary>The folder.</summary>
    /// <param name="cache">Where it lies.</param>
    /// <param name="choice">What was chosen, as a record that prints all of it.</param>
    public static string Of(string cache, object choice) =>
        Path.Combine(cache, $"backup-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{choice}")))[..12]}");
}
