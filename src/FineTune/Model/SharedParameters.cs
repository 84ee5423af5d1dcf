using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Parameters that a model holds in several places, such as an embedding whose weights its head takes as well. They are told by where
/// their elements lie: TorchSharp gives each place an object, and a handle, of its own.
/// </summary>
internal sealed class SharedParameters
{
    private readonly List<(string Name, Parameter Parameter)[]> shared;

    private SharedParameters(List<(string Name, Parameter Parameter)[]> shared) => this.shared = shared;

    /// <summary>The names of each shared parameter.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Names => [.. shared.Select(same => same.Select(one => one.Name).ToArray())];

    /// <summary>Finds those of a model.</summary>
    public static SharedParameters Of(nn.Module model) => new(
    [
        .. Places("", model)
            .GroupBy(place => IdentityOf(place.Parameter))
            .Select(same => same.DistinctBy(place => place.Name).ToArray())
            .Where(same => same.Length > 1),
    ]);

    /// <summary>What is equal for two parameters that are one: where their elements lie, and how many they are.</summary>
    /// <remarks>
    /// TorchSharp's storages would tell it of elements on a device too, but not ahead of time compiled; and moving a model to a device
    /// makes of each place a tensor of its own.
    /// </remarks>
    public static (IntPtr Start, long Count) IdentityOf(Tensor parameter) =>
        parameter.device_type == DeviceType.CPU
        && parameter.is_contiguous()
        && parameter.numel() * parameter.element_size() is > 0 and <= int.MaxValue
            ? (Address(parameter.bytes), parameter.numel())
            : (parameter.Handle, 0);

    /// <summary>
    /// Lets a parameter train that a frozen backbone holds, where a head holds it as well, and trains otherwise: now, and whenever the
    /// layers enter a phase.
    /// </summary>
    public void TrainWithHeads(Manifest manifest, LayerList layers) =>
        layers.LetTrain(
        [
            .. shared
                .Where(same => same.Any(one => manifest.MemberOf(one.Name)?.Role == MemberRole.Head))
                .SelectMany(same => same)
                .Select(one => one.Parameter),
        ]);

    /// <summary>Groups in which each parameter stands once: at the lowest of the rates that it stood at.</summary>
    public static IReadOnlyList<ParameterGroup> Once(IReadOnlyList<ParameterGroup> groups)
    {
        var lowest = new Dictionary<(IntPtr, long), (ParameterGroup Group, string Name)>();
        foreach (var group in groups)
        {
            foreach (var (name, parameter) in group.Parameters)
            {
                var identity = IdentityOf(parameter);
                if (!lowest.TryGetValue(identity, out var known) || group.LearningRate < known.Group.LearningRate)
                {
                    lowest[identity] = (group, name);
                }
            }
        }

        return [.. groups
            .Select(group => group.Only(named => lowest[IdentityOf(named.Parameter)] == (group, named.Name)))
            .Where(group => group.Parameters.Count > 0)];
    }

    /// <summary>The other places of the parameters that are covered.</summary>
    public HashSet<object> OthersThan(IEnumerable<Parameter> covered)
    {
        var identities = covered.Select(parameter => IdentityOf(parameter)).ToHashSet();
        return new(
            shared.SelectMany(same => same).Select(one => one.Parameter).Where(parameter => identities.Contains(IdentityOf(parameter))),
            ReferenceEqualityComparer.Instance);
    }

    /// <summary>Tells the layers which of their parameters stand elsewhere as well.</summary>
    public void Tell(LayerList layers)
    {
        foreach (var layer in layers)
        {
            var own = layer.Module.parameters().Select(parameter => IdentityOf(parameter)).ToHashSet();
            layer.SharedAs = [.. shared.Where(same => own.Contains(IdentityOf(same[0].Parameter))).SelectMany(same => same)
                .Select(one => one.Name)];
        }
    }

    private static unsafe IntPtr Address(ReadOnlySpan<byte> native)
    {
        fixed (byte* start = native)
        {
            return (IntPtr)start;
        }
    }

    private static IEnumerable<(string Name, Parameter Parameter)> Places(string path, nn.Module module)
    {
        foreach (var (name, parameter) in module.named_parameters(false))
        {
            yield return (path + name, parameter);
        }

        foreach (var (name, child) in module.named_children())
        {
            foreach (var place in Places($"{path}{name}.", child))
            {
                yield return place;
            }
        }
    }
}
