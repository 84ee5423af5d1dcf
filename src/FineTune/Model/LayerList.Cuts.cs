using System.Collections.Concurrent;
using System.ComponentModel;
using FineTune.CompilerServices;
using TorchSharp;

namespace FineTune;

/// <content>Where a backbone is cut in two, and how either half is run.</content>
public sealed partial class LayerList
{
    private readonly Dictionary<torch.nn.Module, Stage[]> stages = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<torch.nn.Module, string> wholes = new(ReferenceEqualityComparer.Instance);

    // The frozen half may run on another thread than the rest.
    private ConcurrentDictionary<torch.nn.Module, (Stage[] Frozen, Stage[] Trainable)>? held;
    private List<(CutPosition Position, torch.Tensor Output)>? noted;

    /// <summary>States the steps of a module that is no <c>Sequential</c>, so that the forward pass can be cut between them.</summary>
    /// <param name="module">The module. One of a class derived from <typeparamref name="TModule"/> may compute something else, and is left
    /// whole.</param>
    /// <param name="steps">Its steps, in order.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList Staged<TModule>(TModule? module, params Stage[] steps)
        where TModule : torch.nn.Module
    {
        if (module?.GetType() == typeof(TModule))
        {
            stages[module] = steps;
        }

        return this;
    }

    /// <summary>States why a backbone is left whole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList Whole(torch.nn.Module? backbone, string obstacle)
    {
        if (backbone is not null)
        {
            wholes[backbone] = obstacle;
        }

        return this;
    }

    /// <summary>States why the forward pass of the model is not cut in two.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList Unsplit(string obstacle)
    {
        Obstacle = obstacle;
        return this;
    }

    /// <summary>Why the forward pass of the model is not cut in two, as far as its source says; null where it is cut.</summary>
    internal string? Obstacle { get; private set; }

    /// <summary>Which backbones start with something frozen, and yet run as a whole, and why; null where none does.</summary>
    internal string? WholeBackbones()
    {
        var reasons = backbones
            .Where(backbone => backbone.Module is { } module
                && module.named_children().Any()
                && !LinesUp(module)
                && !stages.ContainsKey(module)
                && WithBelow(module) is var parts
                && layers.Find(layer => layer.HasParameters && parts.Contains(layer.Module)) is { Trainable: false })
            .Select(backbone => $"the backbone '{backbone.Name}' runs as a whole, because "
                + (wholes.GetValueOrDefault(backbone.Module!)
                    ?? $"nobody can see in which order the parts of a {backbone.Module!.GetType().Name} run"))
            .ToList();
        return reasons.Count == 0 ? null : string.Join(", and ", reasons);
    }

    /// <summary>
    /// Runs what is frozen at the start of a backbone: all of it, or the first stages of a <c>Sequential</c> or of a module
    /// whose steps are known, up to one with a layer that trains, or nothing. The generated split of <c>forward</c> calls it.
    /// </summary>
    /// <param name="backbone">A backbone, or a part of one.</param>
    /// <param name="input">Its input.</param>
    /// <returns>What <see cref="CallTrainable"/> goes on from; the input itself where nothing is frozen.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public torch.Tensor CallFrozen(torch.nn.Module<torch.Tensor, torch.Tensor> backbone, torch.Tensor input)
    {
        var cut = CutOf(backbone);
        var output = cut.Trainable.Length == 0 ? backbone.call(input) : Call(cut.Frozen, input);
        noted?.Add((new CutPosition(backbone, cut.Frozen.Length), output));
        return output;
    }

    /// <summary>Runs the rest of a backbone, from where <see cref="CallFrozen"/> ended.</summary>
    /// <param name="backbone">The same backbone, in the same phase.</param>
    /// <param name="cut">What <see cref="CallFrozen"/> returned.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public torch.Tensor CallTrainable(torch.nn.Module<torch.Tensor, torch.Tensor> backbone, torch.Tensor cut)
    {
        var (_, rest) = CutOf(backbone);
        return rest.Length == 0 ? cut : Call(rest, cut);
    }

    /// <summary>Finds each backbone's cut once only, until it is disposed of: while it is, nothing may be frozen or unfrozen.</summary>
    internal IDisposable HoldCuts()
    {
        held = new(ReferenceEqualityComparer.Instance);
        return new Release(() => held = null);
    }

    /// <summary>Notes where <see cref="CallFrozen"/> ends and what it returns, until it is disposed of.</summary>
    internal IDisposable Note(List<(CutPosition Position, torch.Tensor Output)> calls)
    {
        noted = calls;
        return new Release(() => noted = null);
    }

    /// <summary>Runs the stages of a backbone from one cut to a later one.</summary>
    internal torch.Tensor CallBetween(CutPosition from, CutPosition to, torch.Tensor cut) =>
        from.Stages == to.Stages ? cut : Call([.. StagesBefore(to).Skip(from.Stages)], cut);

    /// <summary>The modules that a backbone calls before a cut.</summary>
    internal IEnumerable<torch.nn.Module> ModulesBefore(CutPosition cut) => StagesBefore(cut).SelectMany(stage => stage.Parts);

    private (Stage[] Frozen, Stage[] Trainable) CutOf(torch.nn.Module<torch.Tensor, torch.Tensor> backbone)
    {
        if (held is not null && held.TryGetValue(backbone, out var known))
        {
            return known;
        }

        var all = Stages(backbone).ToList();
        var frozen = IsFrozen(backbone) ? all.Count : all.TakeWhile(stage => stage.IsFrozen).Count();
        var calls = all.ConvertAll(stage => stage.Stage);
        var cut = (calls[..frozen].ToArray(), calls[frozen..].ToArray());
        held?.TryAdd(backbone, cut);
        return cut;
    }

    private IEnumerable<Stage> StagesBefore(CutPosition cut) => Stages(cut.Backbone).Take(cut.Stages).Select(stage => stage.Stage);

    private LayerList Staged(LayerList those)
    {
        foreach (var (module, steps) in those.stages)
        {
            stages[module] = steps;
        }

        foreach (var (module, obstacle) in those.wholes)
        {
            wholes[module] = obstacle;
        }

        return this;
    }

    // What a Sequential, or a module whose steps are known, calls one after the other, with what those call that are such
    // modules themselves in their place. A parameter that a Sequential itself holds may be used by any of its stages.
    private IEnumerable<(Stage Stage, bool IsFrozen)> Stages(torch.nn.Module<torch.Tensor, torch.Tensor> module)
    {
        if (stages.TryGetValue(module, out var steps))
        {
            return steps.SelectMany(step => step.Module is { } part ? Stages(part) : [(step, step.Parts.All(IsFrozen))]);
        }

        if (!LinesUp(module))
        {
            return [(new Stage(module), IsFrozen(module))];
        }

        var holdsTrainable = module is HoldingSequential { Held.requires_grad: true };
        return module.named_children()
            .SelectMany(child => Stages((torch.nn.Module<torch.Tensor, torch.Tensor>)child.module))
            .Select(stage => (stage.Stage, stage.IsFrozen && !holdsTrainable));
    }

    // A class of one's own may have a forward of its own; those of this library have that of Sequential.
    private static bool LinesUp(torch.nn.Module module) =>
        module is TorchSharp.Modules.Sequential
        && (module.GetType() == typeof(TorchSharp.Modules.Sequential) || module.GetType().Assembly == typeof(LayerList).Assembly);

    private static torch.Tensor Call(Stage[] stages, torch.Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var result = input;
        foreach (var stage in stages)
        {
            var next = stage.Call(result);
            // What works in place gives its input back.
            if (!ReferenceEquals(result, input) && !ReferenceEquals(result, next))
            {
                result.Dispose();
            }

            result = next;
        }

        return ReferenceEquals(result, input) ? input : result.MoveToOuterDisposeScope();
    }

    private sealed class Release(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private bool IsFrozen(torch.nn.Module module)
    {
        if (module.parameters().Any(parameter => parameter.requires_grad))
        {
            return false;
        }

        // Without parameters a layer can still answer differently while it trains, as dropout does.
        var parts = WithBelow(module);
        return !layers.Exists(layer => parts.Contains(layer.Module) && layer.Trainable);
    }
}
