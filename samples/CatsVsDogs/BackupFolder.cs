using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CatsVsDogs;

/// <summary>Where a training is backed up until it is done: a folder for each choice of options.</summary>
internal static class BackupFolder
{
    public static string Of(RecipeOptions options)
    {
        var choice = string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Data}|{options.Weights}|{options.Backbone.Name}|{options.LearningRate}|{options.Epochs}|{options.MaxDamagedSamples}"
                + $"|{options.Seed}|{options.Animals.Name}|{options.SourceEpochs}");
        return Path.Combine(options.Cache, $"backup-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(choice)))[..12]}");
    }
}
