using System.Text.Json;
using FineTune.Vision;

namespace FineTune.Recipes.Tests;

/// <summary>
/// Microsoft's drawings of emoji (MIT), as <c>@lobehub</c> packs them, by the groups that Unicode has for them, as <c>emojibase-data</c>
/// (MIT) lists them: without skin tones, 126 of each group, on white, at 96×96.
/// </summary>
internal static class FluentEmoji
{
    private const int OfEach = 126;

    private static readonly Dictionary<int, string> Groups = new()
    {
        [1] = "people",
        [3] = "animals",
        [4] = "food",
        [5] = "travel",
        [7] = "objects",
        [8] = "symbols",
    };

    public static Subject Subject { get; } = new(
        "emoji",
        () => ImageFolder.Load(Folder(), new()
        {
            ImageSize = 96,
            Normalization = Pretrained.ResNet18ImageNet.Normalization,
            Background = (255, 255, 255),
        }),
        Pretrained.ResNet18ImageNet.Create,
        Pretrained.ResNet18ImageNet.Architecture.FeatureWidth,
        Train: 480,
        Validation: 120,
        Test: 156);

    private static string Folder() => Download.Once("emoji", folder =>
    {
        var pictures = Path.Combine(Download.Npm("@lobehub/fluent-emoji-3d", "1.1.0"), "assets");
        var list = Path.Combine(Download.Npm("emojibase-data", "17.0.0"), "en", "data.json");
        using var emoji = JsonDocument.Parse(File.ReadAllText(list));
        var drawn = emoji.RootElement
            .EnumerateArray()
            .Where(one => one.TryGetProperty("group", out var group) && Groups.ContainsKey(group.GetInt32()))
            .Select(one => (
                Group: Groups[one.GetProperty("group").GetInt32()],
                Picture: $"{one.GetProperty("hexcode").GetString()!.ToLowerInvariant()}.webp"))
            .Where(one => File.Exists(Path.Combine(pictures, one.Picture)));
        foreach (var group in drawn.GroupBy(one => one.Group))
        {
            var ofGroup = Directory.CreateDirectory(Path.Combine(folder, group.Key)).FullName;
            string[] shuffled = [.. group.Select(one => one.Picture)];
            new Random(0).Shuffle(shuffled);
            foreach (var picture in shuffled.Take(OfEach))
            {
                File.Copy(Path.Combine(pictures, picture), Path.Combine(ofGroup, picture));
            }
        }
    });
}
