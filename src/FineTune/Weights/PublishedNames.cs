using System.Text.RegularExpressions;
using FineTune.Weights;

namespace FineTune;

/// <summary>
/// Names in published files that are not those of the class which they are for: torchvision renamed parts of DenseNet
/// and ViT after it had published their weights, TensorFlow's norms have gamma and beta, and DistilBERT calls the parts
/// of BERT's block by other names.
/// </summary>
internal static class PublishedNames
{
    private static readonly (Regex Pattern, string Replacement)[] Changes =
    [
        (new(@"\.denselayer(\d+)\.(norm|relu|conv)\.([12])\.", RegexOptions.CultureInvariant), ".denselayer$1.$2$3."),
        (new(@"\.mlp\.linear_1\.", RegexOptions.CultureInvariant), ".mlp.0."),
        (new(@"\.mlp\.linear_2\.", RegexOptions.CultureInvariant), ".mlp.3."),
        (new(@"\.gamma$", RegexOptions.CultureInvariant), ".weight"),
        (new(@"\.beta$", RegexOptions.CultureInvariant), ".bias"),
        (new(@"(^|\.)transformer\.layer\.", RegexOptions.CultureInvariant), "$1encoder.layer."),
        (new(@"\.attention\.q_lin\.", RegexOptions.CultureInvariant), ".attention.self.query."),
        (new(@"\.attention\.k_lin\.", RegexOptions.CultureInvariant), ".attention.self.key."),
        (new(@"\.attention\.v_lin\.", RegexOptions.CultureInvariant), ".attention.self.value."),
        (new(@"\.attention\.out_lin\.", RegexOptions.CultureInvariant), ".attention.output.dense."),
        (new(@"\.sa_layer_norm\.", RegexOptions.CultureInvariant), ".attention.output.LayerNorm."),
        (new(@"\.ffn\.lin1\.", RegexOptions.CultureInvariant), ".intermediate.dense."),
        (new(@"\.ffn\.lin2\.", RegexOptions.CultureInvariant), ".output.dense."),
        (new(@"\.output_layer_norm\.", RegexOptions.CultureInvariant), ".output.LayerNorm."),
    ];

    /// <summary>What Hugging Face's files put before a backbone's names if they have its head too.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = ["bert.", "distilbert."];

    /// <summary>The tensors, those under today's names that have no place under the file's.</summary>
    /// <param name="sources">The tensors by the file's names.</param>
    /// <param name="hasPlace">Whether the backbone has a tensor of a name.</param>
    public static SortedDictionary<string, StoredTensor> Replaced(
        SortedDictionary<string, StoredTensor> sources,
        Predicate<string> hasPlace)
    {
        var replaced = new SortedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((var name, var tensor) in sources)
        {
            var today = name;
            if (!hasPlace(name))
            {
                foreach ((var pattern, var replacement) in Changes)
                {
                    today = pattern.Replace(today, replacement);
                }
            }

            replaced[hasPlace(today) && !sources.ContainsKey(today) ? today : name] = tensor;
        }

        return replaced;
    }
}
