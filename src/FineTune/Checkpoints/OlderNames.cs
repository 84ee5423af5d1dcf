using System.Text.RegularExpressions;
using FineTune.Checkpoints;

namespace FineTune;

/// <summary>
/// Names in published files that are older than the class which they are for: torchvision renamed parts of DenseNet
/// and ViT after it had published their weights, and PyTorch once called a norm's weight and bias gamma and beta.
/// </summary>
internal static class OlderNames
{
    private static readonly (Regex Pattern, string Replacement)[] Changes =
    [
        (new(@"\.denselayer(\d+)\.(norm|relu|conv)\.([12])\.", RegexOptions.CultureInvariant), ".denselayer$1.$2$3."),
        (new(@"\.mlp\.linear_1\.", RegexOptions.CultureInvariant), ".mlp.0."),
        (new(@"\.mlp\.linear_2\.", RegexOptions.CultureInvariant), ".mlp.3."),
        (new(@"\.gamma$", RegexOptions.CultureInvariant), ".weight"),
        (new(@"\.beta$", RegexOptions.CultureInvariant), ".bias"),
    ];

    /// <summary>The tensors, those under today's names that have no place under the file's.</summary>
    /// <param name="sources">The tensors by the file's names.</param>
    /// <param name="hasPlace">Whether the backbone has a tensor of a name.</param>
    public static SortedDictionary<string, StoredTensor> Replaced(SortedDictionary<string, StoredTensor> sources, Predicate<string> hasPlace)
    {
        var replaced = new SortedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((string name, StoredTensor tensor) in sources)
        {
            string today = name;
            if (!hasPlace(name))
            {
                foreach ((Regex pattern, string replacement) in Changes)
                    today = pattern.Replace(today, replacement);
            }

            replaced[hasPlace(today) && !sources.ContainsKey(today) ? today : name] = tensor;
        }

        return replaced;
    }
}
