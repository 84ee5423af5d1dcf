using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>An optimizer over exactly what trained at one moment, at the learning rates of the phase then.</summary>
internal sealed class OptimizerBinding
{
    private readonly LearningRates rates;
    private readonly TrainableSet boundTo;

    private OptimizerBinding(nn.Module model, IFineTunable tunable, OptimizerConfig config, LearningRates rates)
    {
        OneDnnCheck.ThrowIfWrong(model);
        Model = model;
        Tunable = tunable;
        Config = config;
        this.rates = rates;
        Phase = tunable.Phase;
        var shared = SharedParameters.Of(model);
        shared.TrainWithHeads(tunable.Manifest, tunable.Layers);
        shared.Tell(tunable.Layers);
        Manifest = tunable.Manifest with { SharedParameters = shared.Names };
        boundTo = new TrainableSet(model);
        ParameterGroups = SharedParameters.Once([.. tunable.ParameterGroups(rates)]);
        if (ParameterGroups.Count == 0)
        {
            throw new FineTuneException(
                $"Nothing in {model.GetName()} is trainable in the phase '{Phase}': "
                    + $"{(tunable.Manifest.Members.Any(member => member.Role == MemberRole.Head)
                        ? "its [Head] has no parameters that require a gradient"
                        : "no member is marked [Head], and the backbone is frozen")}. An optimizer needs at least one parameter.");
        }

        Groups = OptimizerGroup.From(ParameterGroups, config);
        Optimizer = config.Build(Groups);
        SharedElsewhere = shared.OthersThan(Optimizer.States.Select(state => state.Parameter));
        LearningRates = CurrentRates();
        Warnings = [.. WarningsOf(tunable.Layers)];
        OptimizerAudit.Check(this);
    }

    public nn.Module Model { get; }

    public IFineTunable Tunable { get; }

    public OptimizerConfig Config { get; }

    public Phase Phase { get; }

    public MultiTensorOptimizer Optimizer { get; }

    /// <summary>What the attributes say, and which parameters the model holds in several places.</summary>
    public Manifest Manifest { get; }

    public IReadOnlyList<OptimizerGroup> Groups { get; }

    /// <summary>The objects under which the model holds parameters that the optimizer covers, where that is in several places.</summary>
    public HashSet<object> SharedElsewhere { get; }

    public IReadOnlyList<ParameterGroup> ParameterGroups { get; }

    public IReadOnlyList<LearningRateGroup> LearningRates { get; }

    public IEnumerable<(string Name, Parameter Parameter)> Trainable => boundTo.Trainable;

    public bool IsStale => boundTo.Changes().Count > 0;

    /// <summary>What is to be said of what trains, and of the rates, compared with those of the binding before.</summary>
    public IReadOnlyList<TrainingWarning> Warnings { get; private set; }

    /// <summary>Binds what trains now; a rate that the optimizer states is that of the phase.</summary>
    public static OptimizerBinding Of<TModel>(TModel model, OptimizerConfig optimizer)
        where TModel : nn.Module, IFineTunable
    {
        var stated = optimizer.LearningRate;
        var rates = model.Phase.Kind == PhaseKind.Head
            ? new LearningRates(model.Phase, stated, stated ?? optimizer.DefaultLearningRate)
            : new LearningRates(model.Phase, stated, optimizer.DefaultLearningRate, stated);
        return new(model, model, optimizer, rates);
    }

    /// <summary>Binds anew what trains now, at the rates of the phase that the model is in now.</summary>
    public OptimizerBinding Again(double? learningRate, bool keepOptimizerState)
    {
        if (learningRate is { } stated)
        {
            FineTuneException.ThrowUnlessLearningRate(stated, "Recompile");
        }

        var phase = Tunable.Phase;
        var next = phase.Kind == PhaseKind.Head
            ? rates with { Phase = phase, Explicit = learningRate, HeadRate = learningRate ?? rates.HeadRate }
            : rates with { Phase = phase, Explicit = learningRate, FineTuneRate = learningRate ?? rates.FineTuneRate };
        var again = new OptimizerBinding(Model, Tunable, Config, next);
        if (keepOptimizerState)
        {
            OptimizerMoments.Carry(Optimizer, again.Optimizer);
        }

        again.Warnings = [.. again.Warnings, .. again.WarningsAgainst(this)];
        return again;
    }

    public void ThrowIfStale()
    {
        var changes = boundTo.Changes();
        if (changes.Count > 0 && !Model.named_parameters().Any())
        {
            throw new FineTuneException(
                $"{Model.GetName()} is disposed: it has no parameters any more. Compile and train a model that is not.");
        }

        if (changes.Count > 0)
        {
            throw new StaleCompilationException(changes);
        }
    }

    /// <summary>As <see cref="ThrowIfStale"/>, but at a cost that every step can bear.</summary>
    public void ThrowIfFlipped()
    {
        if (boundTo.IsFlipped)
        {
            ThrowIfStale();
        }
    }

    private IEnumerable<TrainingWarning> WarningsOf(LayerList layers)
    {
        if (layers.CutBlock(Phase) is { } cut)
        {
            yield return new(
                WarningKind.BlockCut,
                $"The phase '{Phase}' begins inside the block '{cut.Name}', whose layers fit together: {cut.Without} leave it frozen, "
                    + $"{cut.With} train all of it; LayerUnit.Block counts blocks.");
        }

        var halves = Optimizer.States.Where(state => state.Type is ScalarType.BFloat16 or ScalarType.Float16).ToList();
        if (halves.Count > 0)
        {
            yield return new(
                WarningKind.HalfPrecisionWeights,
                $"Of the parameters that train, {halves.Count} of {Optimizer.States.Count} are {halves[0].Type}, {halves[0].Name} among "
                    + "them: steps below about a five-hundredth of a weight are lost in rounding. Let the optimizer keep master weights: "
                    + $"Optimizers.{Config.Name}(…, masterWeights: true).");
        }
    }

    private IReadOnlyList<TrainingWarning> WarningsAgainst(OptimizerBinding before)
    {
        if (before.Phase.Kind != PhaseKind.Head || Phase.Kind != PhaseKind.FineTune)
        {
            return [];
        }

        var head = before.ParameterGroups.Max(group => group.LearningRate);
        var highest = ParameterGroups.MaxBy(group => group.LearningRate)!;
        return highest.LearningRate < head
            ? []
            :
            [
                new(
                    WarningKind.LearningRateNotLowered,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"'{highest.Name}' is fine-tuned at a learning rate of {highest.LearningRate:0.######e+0}, not below the "
                            + $"head's {head:0.######e+0}; pre-trained weights survive a tenth of it or less.")),
            ];
    }

    private List<LearningRateGroup> CurrentRates()
    {
        var controllers = Groups.Zip(Optimizer.ParamGroups).ToLookup(pair => pair.First.Name, pair => pair.Second);
        return [.. ParameterGroups.Select(group => new LearningRateGroup(group.Name, group.LearningRate, [.. controllers[group.Name]]))];
    }
}
