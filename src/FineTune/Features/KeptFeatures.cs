namespace FineTune;

/// <summary>Features of an earlier fit.</summary>
/// <param name="Key">All that they follow from; null where nobody can tell.</param>
/// <param name="Store">Where they are.</param>
/// <param name="Data">What they follow from but for the model.</param>
/// <param name="Cuts">Where in the model they were taken; null where that cannot be said.</param>
/// <param name="State">What of the model they follow from.</param>
internal sealed record Features(string? Key, FeatureStore Store, string? Data, IReadOnlyList<CutPosition>? Cuts, string State);

/// <summary>The features that a model's last <c>Fit</c> left, for the next one that can use them.</summary>
internal sealed class KeptFeatures
{
    private readonly List<Features> all = [];

    /// <summary>The features of a key, if they were left; they are the caller's from now on.</summary>
    public Features? Take(string key) => Take(features => features.Key == key);

    /// <summary>
    /// Features of the same data, taken no later in the model than <paramref name="cuts"/>, from which these can be computed.
    /// They are the caller's from now on.
    /// </summary>
    /// <param name="data">What they follow from but for the model.</param>
    /// <param name="cuts">Where new features are taken.</param>
    /// <param name="stateBefore">What of the model features before a cut follow from, as it is now.</param>
    public Features? TakeEarlier(string data, IReadOnlyList<CutPosition> cuts, Func<IReadOnlyList<CutPosition>, string> stateBefore) =>
        Take(features =>
            features.Data == data
            && features.Cuts is { } earlier
            && earlier.Count == cuts.Count
            && earlier
                .Zip(cuts)
                .All(pair => ReferenceEquals(pair.First.Backbone, pair.Second.Backbone) && pair.First.Stages <= pair.Second.Stages)
            && stateBefore(earlier) == features.State);

    public void Leave(Features features) => all.Add(features);

    /// <summary>Gives up what nobody took.</summary>
    public void Clear()
    {
        all.ForEach(features => features.Store.Dispose());
        all.Clear();
    }

    private Features? Take(Predicate<Features> fits)
    {
        var found = all.Find(fits);
        if (found is not null)
        {
            all.Remove(found);
        }

        return found;
    }
}
