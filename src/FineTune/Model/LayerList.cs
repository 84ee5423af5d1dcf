using System.Collections;
using System.ComponentModel;
using FineTune.CompilerServices;
using TorchSharp;

namespace FineTune;

/// <summary>
/// The layers of a model's backbones, in forward order: what is counted by <c>UnfreezeLast</c>, and what keeps its
/// frozen members in inference mode.
/// </summary>
/// <remarks>
/// Forward order is the order of execution. For a <c>Sequential</c> that is the order of registration; of other modules
/// it is known once a batch has gone through: see <see cref="LayerTracing"/>. A parameter that a module with modules below it holds by
/// itself (a class token, say) trains
/// when the first layer below that module does.
/// </remarks>
public sealed partial class LayerList : IReadOnlyList<Layer>
{
    private readonly List<Layer> layers = [];
    private readonly List<(List<Layer> Below, torch.nn.Module Holder)> holders = [];
    private readonly List<Block> blocks = [];
    private readonly List<TorchSharp.Modules.Parameter> loose = [];
    private readonly List<torch.nn.Module> heads = [];

    private readonly (string Name, torch.nn.Module? Module, BatchNormMode BatchNorm)[] backbones;

    private IReadOnlyList<TorchSharp.Modules.Parameter> heldByHeads = [];

    // Layers that run, though nobody can see when.
    private IReadOnlyList<string> unseen = [];

    // The order inside a block may still be unknown.
    private bool areBlocksInOrder = true;

    private LayerList(ReadOnlySpan<(string Name, torch.nn.Module? Module, BatchNormMode BatchNorm)> backbones) =>
        this.backbones = backbones.ToArray();

    private enum Place
    {
        Backbone,
        Stage,
        Block,
        Inside,
    }

    /// <summary>
    /// Whether the order is that of execution: nothing but <c>Sequential</c>s holds several layers, or a batch has shown it. False for
    /// good where a layer is run past its <c>call</c>, by <c>forward</c>: then nobody can see when.
    /// </summary>
    public bool IsInForwardOrder { get; private set; } = true;

    /// <summary>The number of layers.</summary>
    public int Count => layers.Count;

    /// <summary>Whether no parameter of any layer trains.</summary>
    public bool AreFrozen =>
        layers.TrueForAll(layer => !(layer.HasParameters && layer.Trainable))
        && loose.TrueForAll(parameter => !parameter.requires_grad)
        && holders.TrueForAll(held => !OwnParameters(held.Holder).Any(parameter => parameter.requires_grad));

    /// <summary>The layer at an index in forward order.</summary>
    public Layer this[int index] => layers[index];

    /// <summary>Lists the layers of one or more backbones.</summary>
    /// <param name="backbones">
    /// Each backbone with the name of its member, and what its normalization layers do once they are unfrozen. One
    /// that is null has no layers.
    /// </param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static LayerList Of(params (string Name, torch.nn.Module? Module, BatchNormMode BatchNorm)[] backbones)
    {
        var list = new LayerList(backbones);
        var several = 0;
        foreach (var (_, module, _) in backbones)
        {
            several += module is null ? 0 : 1;
        }

        var seen = new HashSet<torch.nn.Module>(ReferenceEqualityComparer.Instance);
        foreach (var (name, module, batchNorm) in backbones)
        {
            if (module is not null)
            {
                var isOneLayer = !module.named_children().Any();
                list.Walk(several > 1 || isOneLayer ? name : "", module, batchNorm, Place.Backbone, seen);
            }
        }

        list.IsInForwardOrder &= several <= 1;
        list.areBlocksInOrder &= several <= 1;

        return list;
    }

    /// <summary>The layers of these backbones, then those of more. Generated code of a derived class calls it.</summary>
    /// <param name="more">The backbones that the derived class adds.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList And(params (string Name, torch.nn.Module? Module, BatchNormMode BatchNorm)[] more) =>
        Of([.. backbones, .. more]).With([.. loose]).Staged(this).Without([.. heads]);

    /// <summary>Adds parameters that the model holds itself as parts of the backbone; they train when its first layer does.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList With(params TorchSharp.Modules.Parameter?[] parameters)
    {
        foreach (var parameter in parameters)
        {
            if (parameter is not null)
            {
                loose.Add(parameter);
            }
        }

        return this;
    }

    /// <summary>
    /// Leaves out parts of the backbones that are heads: what no phase freezes is neither counted nor kept in inference mode.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LayerList Without(params torch.nn.Module?[] parts)
    {
        foreach (var head in parts.OfType<torch.nn.Module>())
        {
            heads.Add(head);
            var below = WithBelow(head);
            layers.RemoveAll(layer => below.Contains(layer.Module));
            holders.RemoveAll(held => below.Contains(held.Holder));
            holders.ForEach(held => held.Below.RemoveAll(layer => below.Contains(layer.Module)));
            blocks.ForEach(block => block.Layers.RemoveAll(layer => below.Contains(layer.Module)));
        }

        foreach (var (_, holder) in holders.Where(held => held.Below.Count == 0))
        {
            loose.AddRange(OwnParameters(holder));
        }

        holders.RemoveAll(held => held.Below.Count == 0);
        blocks.RemoveAll(block => !block.Layers.Exists(layer => layer.HasParameters));
        Number();
        return this;
    }

    /// <summary>
    /// Sets what trains: the last units of <paramref name="phase"/>, and nothing before them. The gradients of what
    /// is frozen are nulled.
    /// </summary>
    /// <exception cref="FineTuneException">
    /// The phase counts more layers than there are, or a pattern of it matches none.
    /// </exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Enter(Phase phase)
    {
        ThrowIfMore(phase);
        var trains = TrainableIn(phase);
        foreach (var layer in layers)
        {
            layer.SetTrainable(trains[layer.Index]);
        }

        foreach (var parameter in loose)
        {
            parameter.requires_grad = phase.IsFull || (layers.Count > 0 && trains[0]);
            if (!parameter.requires_grad)
            {
                parameter.grad = null;
            }
        }

        foreach (var (below, holder) in holders)
        {
            var trainable = trains[First(below)];
            foreach (var parameter in OwnParameters(holder))
            {
                parameter.requires_grad = trainable;
            }

            if (!trainable)
            {
                holder.zero_grad();
            }
        }

        LetTrain(heldByHeads);
    }

    /// <summary>Lets parameters train in every phase, as heads hold them too.</summary>
    internal void LetTrain(IReadOnlyList<TorchSharp.Modules.Parameter> shared)
    {
        heldByHeads = shared;
        foreach (var parameter in shared)
        {
            parameter.requires_grad = true;
        }
    }

    /// <summary>
    /// The block inside which a phase ends, and how many units leave it frozen or train all of it; null where the phase ends between
    /// blocks, or where a block only lines its layers up, so that there is nothing to tear apart.
    /// </summary>
    internal (string Name, int Without, int With)? CutBlock(Phase phase)
    {
        var starts = Starts(phase.Unit);
        if (!areBlocksInOrder || phase.CountsFromStart || phase.UnfrozenLayers is 0 || phase.UnfrozenLayers >= starts.Count)
        {
            return null;
        }

        var first = starts[^phase.UnfrozenLayers];
        var cut = blocks.Find(block => !block.IsChain
            && block.Layers.Exists(layer => layer.HasParameters && layer.Index < first)
            && block.Layers.Exists(layer => layer.HasParameters && layer.Index >= first));
        return cut is null ? null : (cut.Name, UnitsFrom(cut.Layers.Max(layer => layer.Index) + 1), UnitsFrom(First(cut.Layers)));

        int UnitsFrom(int layer) => starts.Count(start => start >= layer);
    }

    /// <summary>Whether exactly the layers train that a phase says.</summary>
    internal bool Fits(Phase phase)
    {
        var trains = TrainableIn(phase);
        return layers.TrueForAll(layer => !layer.HasParameters || layer.Trainable == trains[layer.Index]);
    }

    /// <summary>Whether a batch has gone through, and the order is as well known as it will be.</summary>
    internal bool IsTraced { get; private set; }

    /// <summary>
    /// What is to be said of a phase that counts layers while some of them run unseen; null where all are seen, or none is counted.
    /// </summary>
    internal TrainingWarning? UncertainOrder(Phase phase) =>
        unseen.Count == 0 || phase.UnfrozenLayers == 0 || phase.IsFull || phase.Patterns.Count > 0
            ? null
            : new(
                WarningKind.LayerOrderUnknown,
                $"The phase '{phase}' counts layers as they are registered, as nobody can see when "
                    + $"{string.Join(", ", unseen.Select(name => $"'{name}'"))} run: they are called by forward; call them by call.");

    /// <summary>
    /// Puts the layers into the order in which they ran, each at its first run. One that did not run, or whose runs
    /// nobody can see, stays behind the one that it is registered after.
    /// </summary>
    /// <param name="ran">The layers that were seen to run.</param>
    /// <param name="hidden">Those that were not seen, and yet the output depends on them.</param>
    /// <returns>Whether that changed anything.</returns>
    internal bool Order(IEnumerable<Layer> ran, IReadOnlyCollection<Layer> hidden)
    {
        IsTraced = true;
        IsInForwardOrder = areBlocksInOrder = hidden.Count == 0;
        unseen = [.. hidden.Select(layer => layer.Name)];
        var order = LayerTracing.InOrder(layers, ran);
        if (order.SequenceEqual(layers))
        {
            return false;
        }

        layers.Clear();
        layers.AddRange(order);
        Number();
        blocks.Sort((one, other) => First(one.Layers).CompareTo(First(other.Layers)));
        return true;
    }

    /// <summary>
    /// Puts frozen layers into inference mode, and with them each layer with running statistics unless its backbone
    /// says <see cref="BatchNormMode.Train"/>. Generated code calls it at the end of every <c>train()</c>.
    /// </summary>
    public void KeepFrozenInInferenceMode()
    {
        foreach (var layer in layers)
        {
            if (layer.Module.training && layer.StaysInInferenceMode)
            {
                layer.Module.eval();
            }
        }
    }

    /// <summary>
    /// The phases of gradual unfreezing: the last block, then one more each time, and at last the whole backbone.
    /// </summary>
    /// <param name="epochsPerBlock">How many epochs each lasts, at least 1.</param>
    /// <example><code>
    /// foreach (var step in model.UnfreezingSchedule)
    /// {
    ///     model.EnterPhase(step.Phase);
    ///     compiled = model.Recompile(keepOptimizerState: true);
    ///     compiled.Fit(train, new() { Epochs = step.Epochs });
    /// }
    /// </code></example>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IReadOnlyList<UnfreezingStep> Gradually(int epochsPerBlock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochsPerBlock, 1);
        return
        [
            .. Enumerable
                .Range(1, Math.Max(blocks.Count - 1, 0))
                .Select(count => new UnfreezingStep(Phase.Last(count, LayerUnit.Block), epochsPerBlock)),
            new UnfreezingStep(Phase.Full, epochsPerBlock),
        ];
    }

    /// <summary>
    /// The parameters of a backbone that train now, a group for each block: the last at <paramref name="learningRate"/>,
    /// each before it at <paramref name="factor"/> times the next one's rate.
    /// </summary>
    /// <param name="name">The name of the backbone's member.</param>
    /// <param name="backbone">The backbone; one that is null has no blocks.</param>
    /// <param name="learningRate">The rate of the last block.</param>
    /// <param name="factor">Above 0 and at most 1.</param>
    /// <param name="decayBiasAndNorm">Whether weight decay may reach biases and norms.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IEnumerable<ParameterGroup> Decayed(
        string name,
        torch.nn.Module? backbone,
        double learningRate,
        double factor,
        bool decayBiasAndNorm = true)
    {
        var group = new ParameterGroup(name, backbone, learningRate).Without([.. heads]);
        var blockOf = new Dictionary<TorchSharp.Modules.Parameter, int>(ReferenceEqualityComparer.Instance);
        foreach (var (parameter, layer) in layers
                .SelectMany(layer => layer.Module.parameters().Select(parameter => (parameter, layer)))
                .Concat(holders.SelectMany(held => OwnParameters(held.Holder).Select(parameter => (parameter, layers[First(held.Below)])))))
        {
            blockOf[parameter] = Math.Max(blocks.FindLastIndex(block => First(block.Layers) <= layer.Index), 0);
        }

        var own = group.Parameters.Select(named => blockOf.GetValueOrDefault(named.Parameter)).ToList();
        var last =
            own.Count == 0
                ? 0
                : blockOf
                    .Where(pair => backbone!.parameters().Contains(pair.Key, ReferenceEqualityComparer.Instance))
                    .Max(pair => pair.Value);
        return group
            .Parameters.Zip(own)
            .GroupBy(pair => pair.Second)
            .OrderBy(block => block.Key)
            .Select(block => new ParameterGroup(
                $"{name}[{block.Key}]",
                [.. block.Select(pair => pair.First)],
                learningRate * Math.Pow(factor, last - block.Key))
            {
                DecayBiasAndNorm = decayBiasAndNorm,
            });
    }

    /// <summary>A line for each layer, as in <c>Layer 3: layer1.0.conv1 - Trainable: False</c>.</summary>
    public override string ToString() => string.Join(Environment.NewLine, layers);

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IEnumerable<TorchSharp.Modules.Parameter> OwnParameters(torch.nn.Module module) =>
        module.named_parameters(false).Select(named => named.parameter);

    private static HashSet<torch.nn.Module> WithBelow(torch.nn.Module module) =>
        new(module.named_modules().Select(part => part.module), ReferenceEqualityComparer.Instance) { module };

    private static int First(List<Layer> some) => some.Min(layer => layer.Index);

    private static bool IsContainer(torch.nn.Module module) =>
        module is TorchSharp.Modules.Sequential or IEnumerable<torch.nn.Module> || TorchvisionChain.Knows(module);

    private void Number()
    {
        for (var i = 0; i < layers.Count; i++)
        {
            layers[i].Index = i;
        }
    }

    private void Walk(string path, torch.nn.Module module, BatchNormMode batchNorm, Place place, HashSet<torch.nn.Module> seen)
    {
        if (!seen.Add(module))
        {
            return;
        }

        var start = layers.Count;
        var children = ChildrenOf(module);
        var isInOrder = children.Count <= 1 || module is TorchSharp.Modules.Sequential || TorchvisionChain.Knows(module);
        IsInForwardOrder &= isInOrder;
        areBlocksInOrder &= isInOrder || place is Place.Block or Place.Inside;
        foreach (var (name, child) in children)
        {
            var below = Below(place, child);
            Walk(path.Length == 0 ? name : $"{path}.{name}", child, batchNorm, below, seen);
        }

        if (children.Count == 0 && !IsContainer(module))
        {
            layers.Add(new Layer(start, path, module, batchNorm));
        }
        else if (layers.Count > start && OwnParameters(module).Any())
        {
            holders.Add((layers[start..], module));
        }

        if (place == Place.Block && layers.Skip(start).Any(layer => layer.HasParameters))
        {
            blocks.Add(new(path, layers[start..], IsContainer(module)));
        }
    }

    // TorchVision's models register their children in another order than they call them.
    private List<(string Name, torch.nn.Module Module)> ChildrenOf(torch.nn.Module module)
    {
        var children = module.named_children().ToList();
        if (TorchvisionChain.Of(module) is not { Steps: var steps })
        {
            return children;
        }

        stages[module] = Array.ConvertAll(steps, step => new Stage(step.Module));
        return LayerTracing.InOrder(
            children,
            steps.Select(step => (step.Name, (torch.nn.Module)step.Module)).Where(step => children.Contains(step)));
    }

    // A block is a child of the backbone, or of a stage: a child of the backbone that only lines its own children up, or a
    // child of a stage that lines up parts which have parts themselves.
    private static Place Below(Place place, torch.nn.Module child) =>
        place switch
        {
            Place.Backbone => IsContainer(child) ? Place.Stage : Place.Block,
            Place.Stage => IsContainer(child) && child.named_children().All(part => part.module.named_children().Any())
                ? Place.Stage
                : Place.Block,
            _ => Place.Inside,
        };

    private bool[] TrainableIn(Phase phase)
    {
        if (phase.Patterns.Count > 0)
        {
            return Matching(phase.Patterns);
        }

        var starts = Starts(phase.Unit);
        var (first, end) = (0, layers.Count);
        if (phase.UnfrozenLayers == 0)
        {
            first = end;
        }
        else if (phase.CountsFromStart && phase.UnfrozenLayers < starts.Count)
        {
            end = starts[phase.UnfrozenLayers];
        }
        else if (!phase.CountsFromStart && phase.UnfrozenLayers < starts.Count)
        {
            first = starts[^phase.UnfrozenLayers];
        }

        return [.. Enumerable.Range(0, layers.Count).Select(i => i >= first && i < end)];
    }

    /// <summary>The index of the first layer of each unit.</summary>
    private List<int> Starts(LayerUnit unit) =>
        unit switch
        {
            LayerUnit.Parameterized => [.. layers.Where(layer => layer.HasParameters).Select(layer => layer.Index)],
            LayerUnit.Block => blocks.ConvertAll(block => First(block.Layers)),
            _ => [.. Enumerable.Range(0, layers.Count)],
        };

    private void ThrowIfMore(Phase phase)
    {
        var most = Starts(phase.Unit).Count;
        if (!phase.IsFull && phase.UnfrozenLayers > most)
        {
            var units = phase.Unit switch
            {
                LayerUnit.Block => "blocks",
                LayerUnit.Parameterized => "layers with parameters",
                _ => "layers",
            };
            throw new FineTuneException(
                $"The phase '{phase}' asks for more than the {most} {units} that the backbone has; ask for fewer, or train all of it "
                    + "with UnfreezeBackbone().");
        }
    }

    private bool[] Matching(IReadOnlyList<string> patterns)
    {
        var trains = new bool[layers.Count];
        foreach (var pattern in patterns)
        {
            var matched = layers.FindAll(layer => LayerPattern.Matches(pattern, layer.Name));
            if (matched.Count == 0)
            {
                throw new FineTuneException(
                    $"No layer of the backbone matches '{pattern}'; its layers are called "
                        + $"{string.Join(", ", layers.Take(3).Select(layer => $"'{layer.Name}'"))} and so on, as Layers lists them.");
            }

            foreach (var layer in matched)
            {
                trains[layer.Index] = true;
            }
        }

        return trains;
    }

    /// <summary>A part of a backbone that <see cref="LayerUnit.Block"/> counts.</summary>
    /// <param name="Name">Its path.</param>
    /// <param name="Layers">Its layers.</param>
    /// <param name="IsChain">Whether it computes nothing but its layers, one after the other.</param>
    private sealed record Block(string Name, List<Layer> Layers, bool IsChain);
}
