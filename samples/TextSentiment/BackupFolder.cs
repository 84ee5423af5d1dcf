using System.Security.Cryptography;
using System.Text;
using FineTune;

namespace TextSentiment;

/// <summary>Where a training is backed up until it is done: a folder for each choice of options.</summary>
internal static class BackupFolder
{
    public static string Of(RecipeOptions options)
    {
        var choice = $"{options with { Progress = ProgressStyle.None, Cache = "" }}";
        return Path.Combine(options.Cache, $"backup-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(choice)))[..12]}");
    }
}
