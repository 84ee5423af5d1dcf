using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// What cached features follow from: code, weights and buffers of what is frozen, its answer to a known sample, the data
/// with all that is done to them, the library and the number of threads. Where one of them differs, the key does.
/// </summary>
internal static class FeatureKey
{
    /// <summary>The key of features.</summary>
    /// <param name="model">The model, in the mode that it trains in.</param>
    /// <param name="prefix">Its frozen half.</param>
    /// <param name="identity">What the samples follow from.</param>
    /// <param name="views">What their random numbers follow from.</param>
    /// <param name="inHalfPrecision">Whether they may be rounded.</param>
    /// <param name="hashes">The hashes of the model's tensors.</param>
    public static string Of(
        nn.Module model,
        FrozenPrefix prefix,
        string identity,
        string views,
        bool inHalfPrecision,
        TensorHashes hashes)
    {
        var key = new Fingerprint("features 1");
        key.Add(typeof(torch).Assembly.FullName!);
        key.Add((ulong)torch.get_num_threads());
        key.Add(model.GetType().AssemblyQualifiedName!);
        foreach (var version in Versions(model))
        {
            key.Add(version);
        }

        foreach (var (name, tensor) in State(model, []))
        {
            key.Add(name);
            key.Add(hashes.Of(tensor));
        }

        key.Add(prefix.IsFast ? 1UL : 0);
        key.Add(prefix.Answer);
        key.Add(prefix.Layout.ToString());
        key.Add(identity);
        key.Add(views);
        key.Add(inHalfPrecision ? 1UL : 0);
        return key.ToString();
    }

    /// <summary>What the features before some cuts follow from, of the model: only that, and not what comes behind.</summary>
    public static string StateBefore(
        nn.Module model,
        IFineTunable tunable,
        IReadOnlyList<CutPosition> cuts,
        TensorHashes hashes)
    {
        var before = Modules(cuts.SelectMany(tunable.Layers.ModulesBefore));
        var behind = Modules(cuts.Select(cut => cut.Backbone)).Except(before);
        var key = new Fingerprint("state");
        foreach (var (name, tensor) in State(model, behind.ToHashSet()))
        {
            key.Add(name);
            key.Add(hashes.Of(tensor));
        }

        return key.ToString();

        static HashSet<nn.Module> Modules(IEnumerable<nn.Module> roots) => new(
            roots.SelectMany(root => root.named_modules().Select(named => named.module).Append(root)), ReferenceEqualityComparer.Instance);
    }

    // Each build of an assembly has a version of its own: of the model, of its modules, of this library, of TorchSharp.
    private static IEnumerable<string> Versions(nn.Module model) => model.named_modules()
        .Select(named => named.module.GetType())
        .Append(model.GetType())
        .Append(typeof(FeatureKey))
        .Append(typeof(torch))
        .Select(type => type.Module.ModuleVersionId.ToString())
        .Distinct()
        .Order(StringComparer.Ordinal);

    // What stays as it is while the model trains: parameters without gradients, all buffers but statistics that training measures.
    private static IEnumerable<(string Name, Tensor Tensor)> State(nn.Module model, HashSet<nn.Module> except)
    {
        foreach (var (path, module) in model.named_modules().Prepend(("", model)))
        {
            if (except.Contains(module))
            {
                continue;
            }

            foreach (var (name, parameter) in module.named_parameters(false))
            {
                if (!parameter.requires_grad)
                {
                    yield return ($"{path}.{name} {parameter.dtype}", parameter);
                }
            }

            if (module.training && RunningStatistics.Has(module))
            {
                continue;
            }

            foreach (var (name, buffer) in module.named_buffers(false))
            {
                yield return ($"{path}.{name} {buffer.dtype}", buffer);
            }
        }
    }
}
