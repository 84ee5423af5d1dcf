using System.Text.RegularExpressions;
using FineTune.Weights;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Which tensor of a weights file belongs to which of a backbone. The part of the file that is another network's head
/// is known by its role: it lies wholly in top-level modules that the backbone does not have, or where the backbone
/// says that a head was.
/// </summary>
internal sealed class BackboneMatch
{
    private readonly List<(StoredTensor Source, Tensor Target)> pairs = [];
    private readonly List<string> loaded = [];
    private readonly List<string> leftOut = [];
    private readonly List<string> missing = [];
    private readonly List<string> unexpected = [];
    private readonly List<string> different = [];
    private readonly NamedWeights weights;
    private readonly SortedDictionary<string, StoredTensor> sources;
    private readonly IReadOnlyDictionary<string, Tensor> targets;

    /// <param name="file">The file.</param>
    /// <param name="member">The name of the backbone's member: how files of whole models prefix its names; of a whole model, null.</param>
    /// <param name="targets">The backbone's parameters and buffers by name.</param>
    /// <param name="remainders">The backbone's modules that stand where a published network has its head.</param>
    /// <param name="options">How to match.</param>
    public BackboneMatch(
        WeightsFile file,
        string? member,
        IReadOnlyDictionary<string, Tensor> targets,
        IReadOnlyList<string> remainders,
        LoadBackboneOptions options)
    {
        this.targets = targets;
        weights = file.For(targets);
        sources = Renamed(file.Path, weights.Tensors, options.Rename);
        HashSet<string> parts = [.. targets.Keys.Select(Part)];
        sources = WithoutPrefix(sources, "module.", parts);
        if (member is not null)
        {
            sources = WithoutPrefix(sources, member + ".", parts);
            foreach (var prefix in PublishedNames.Prefixes)
            {
                sources = WithoutPrefix(sources, prefix, parts);
            }

            sources = PublishedNames.Replaced(sources, targets.ContainsKey);
        }

        foreach ((var name, var source) in sources)
        {
            if (!targets.TryGetValue(name, out var target))
            {
                if (member is not null && IsOfHead(name, parts, remainders))
                {
                    leftOut.Add(name);
                }
                else if (!IsOptional(name))
                {
                    unexpected.Add(name);
                }
            }
            else if (IsOptional(name) && !(target.shape.AsSpan().SequenceEqual([.. source.Shape]) && target.dtype == source.Type))
            {
                // A count that is stored in another way is as good as one that is missing.
                continue;
            }
            else if (!target.shape.AsSpan().SequenceEqual([.. source.Shape]))
            {
                different.Add(
                    $"{name} ([{string.Join(", ", source.Shape)}] in the file, [{string.Join(", ", target.shape)}] in the model)");
            }
            else if (target.dtype != source.Type && !(IsFloatingPoint(target.dtype) && IsFloatingPoint(source.Type)))
            {
                different.Add($"{name} ({source.Type} in the file, {target.dtype} in the model)");
            }
            else
            {
                pairs.Add((source, target));
                loaded.Add(name);
            }
        }

        missing.AddRange(targets.Keys.Where(name => !sources.ContainsKey(name) && !IsOptional(name)));
        ThrowUnlessFits(file.Path, member ?? "the model", options.Strict);
    }

    public void Load()
    {
        foreach ((var source, var target) in pairs)
        {
            source.CopyTo(target);
        }
    }

    public LoadReport Report(string path) => new(path, loaded, leftOut, missing, unexpected) { Constants = weights.Constants };

    private void ThrowUnlessFits(string path, string member, bool strict)
    {
        var faults = new List<string>();
        if (missing.Count > 0 && (strict || loaded.Count == 0))
        {
            faults.Add($"missing: {FirstFew.Of(missing)}");
        }

        if (unexpected.Count > 0 && strict)
        {
            faults.Add($"unexpected: {FirstFew.Of(unexpected)}");
        }

        if (different.Count > 0)
        {
            faults.Add($"of another shape: {FirstFew.Of(different)}");
        }

        if (faults.Count > 0)
        {
            throw new WeightsFileException(
                $"The weights in '{path}' do not fit '{member}', so nothing was loaded; "
                    + $"{string.Join("; ", faults)}.{BothSides()}{OrderFault()}{Advice()}");
        }
    }

    // Where no name fits, the names of both show how they are meant.
    private string BothSides() => loaded.Count > 0 || different.Count > 0 || sources.Count == 0
        ? ""
        : $" The file has names such as {FirstFew.Of([.. sources.Keys])}.";

    // Where there are no names to go by, what stood in the way of the order.
    private string OrderFault() =>
        weights.Fault is { } fault ? $" Its names are no model's, and the order of its layers does not fit: {fault}." : "";

    // The change of a prefix that makes the most names fit, if that makes more of them fit than do now.
    private string Advice()
    {
        var votes = new Dictionary<(string Off, string On), int>();
        foreach (var source in sources.Keys.Where(name => !targets.ContainsKey(name)))
        {
            foreach (var target in targets.Keys)
            {
                if (source.EndsWith("." + target, StringComparison.Ordinal))
                {
                    Vote(source[..^target.Length], "");
                }
                else if (target.EndsWith("." + source, StringComparison.Ordinal))
                {
                    Vote("", target[..^source.Length]);
                }
            }
        }

        if (votes.Count == 0)
        {
            return "";
        }

        var ((off, on), count) = votes.MaxBy(vote => vote.Value);
        return count <= loaded.Count ? "" : off.Length > 0
            ? $" {count} names fit without '{off}': say Rename = [(@\"^{Regex.Escape(off)}\", \"\")]."
            : $" {count} names fit with '{on}' before them: say Rename = [(\"^\", \"{on}\")].";

        void Vote(string off, string on) => votes[(off, on)] = votes.GetValueOrDefault((off, on)) + 1;
    }

    private static bool IsOfHead(string name, HashSet<string> parts, IReadOnlyList<string> remainders) =>
        !parts.Contains(Part(name)) || remainders.Any(remainder => name.StartsWith(remainder + ".", StringComparison.Ordinal));

    private static SortedDictionary<string, StoredTensor> Renamed(
        string path,
        IReadOnlyDictionary<string, StoredTensor> tensors,
        IReadOnlyList<(string Pattern, string Replacement)> rename)
    {
        (Regex Pattern, string Replacement)[] changes = [.. rename.Select(change => (Pattern(change.Pattern), change.Replacement))];
        var renamed = new SortedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((var original, var tensor) in tensors)
        {
            var name = original;
            foreach ((var pattern, var replacement) in changes)
            {
                name = pattern.Replace(name, replacement);
            }

            if (!renamed.TryAdd(name, tensor))
            {
                throw new WeightsFileException($"Renaming gives two tensors of '{path}' the name '{name}', one of them '{original}'.");
            }
        }

        return renamed;
    }

    private static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"The pattern '{pattern}' in {nameof(LoadBackboneOptions.Rename)} cannot be used: {exception.Message}",
                exception);
        }
    }

    // A file of a whole model has the backbone's names under its member's; one from PyTorch's DataParallel has all
    // names under 'module'.
    private static SortedDictionary<string, StoredTensor> WithoutPrefix(
        SortedDictionary<string, StoredTensor> sources,
        string prefix,
        HashSet<string> parts)
    {
        if (sources.Keys.Any(name => parts.Contains(Part(name)))
            || !sources.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return sources;
        }

        var stripped = new SortedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((var name, var tensor) in sources)
        {
            stripped[name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name] = tensor;
        }

        return stripped;
    }

    private static string Part(string name) => name.Split('.', 2)[0];

    // How many batches a BatchNorm has seen: older files lack it, and it is used only where momentum is not set. The
    // numbers of positions: older files have them, although they are 0, 1, 2, ….
    private static bool IsOptional(string name) =>
        name.EndsWith("num_batches_tracked", StringComparison.Ordinal)
        || name.EndsWith("embeddings.position_ids", StringComparison.Ordinal);

    private static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
}
