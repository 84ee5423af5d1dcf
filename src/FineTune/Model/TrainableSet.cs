using TorchSharp;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>Which parameters of a model trained at one moment, and what changed since.</summary>
internal sealed class TrainableSet
{
    private readonly torch.nn.Module model;
    private readonly List<(string Name, Parameter Parameter, bool Trainable)> then;

    public TrainableSet(torch.nn.Module model)
    {
        this.model = model;
        then = [.. model.named_parameters().Select(named => (named.name, named.parameter, named.parameter.requires_grad))];
    }

    public IEnumerable<(string Name, Parameter Parameter)> Trainable =>
        then.Where(entry => entry.Trainable).Select(entry => (entry.Name, entry.Parameter));

    /// <summary>Whether a parameter trains that did not, or the other way round: cheap enough for every step.</summary>
    public bool IsFlipped => then.Exists(entry => entry.Parameter.requires_grad != entry.Trainable);

    /// <summary>What changed, in the order of the model's parameters now, those that are gone last.</summary>
    public IReadOnlyList<TrainabilityChange> Changes()
    {
        var was = then.ToDictionary(entry => entry.Name, entry => entry.Trainable, StringComparer.Ordinal);
        var changes = new List<TrainabilityChange>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var trainable = parameter.requires_grad;
            if (!was.Remove(name, out var before))
            {
                changes.Add(new(name, null, trainable));
            }
            else if (before != trainable)
            {
                changes.Add(new(name, before, trainable));
            }
        }

        changes.AddRange(was.Select(gone => new TrainabilityChange(gone.Key, gone.Value, null)));
        return changes;
    }
}
