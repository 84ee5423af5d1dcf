namespace FineTune.Analyzers;

/// <summary>The id of each rule: FT1 is about annotated classes, FT2 about compiled models, FT3 about plain TorchSharp.</summary>
internal static class RuleIds
{
    /// <summary>Annotated class is not partial.</summary>
    public const string NotPartial = "FT1001";

    /// <summary>Annotated class is not a module.</summary>
    public const string NotAModule = "FT1002";

    /// <summary>Annotated class without a backbone or a head.</summary>
    public const string MissingRole = "FT1003";

    /// <summary>Module with no role or with several.</summary>
    public const string Role = "FT1004";

    /// <summary>Count of layers to unfreeze out of range.</summary>
    public const string UnfreezeCount = "FT1005";

    /// <summary>Learning rate out of range.</summary>
    public const string LearningRate = "FT1006";

    /// <summary>Constructor registers no components.</summary>
    public const string Registration = "FT1007";

    /// <summary>Module that registration misses.</summary>
    public const string LateModule = "FT1008";

    /// <summary>Modules in a collection that is not registered.</summary>
    public const string UnregisteredCollection = "FT1009";

    /// <summary>Forward pass that cannot be split.</summary>
    public const string UnsplitForward = "FT1010";

    /// <summary>Override does not call the base method.</summary>
    public const string Override = "FT1011";

    // FT1012, a count of layers that ends inside a block, is said by the run, which knows the layers. Ids are not given twice.

    /// <summary>Role on a member that is not a module.</summary>
    public const string RoleWithoutModule = "FT1013";

    /// <summary>Trainability changed without a recompile.</summary>
    public const string StaleCompilation = "FT2001";

    /// <summary>Result of Compile or Recompile is discarded.</summary>
    public const string DiscardedCompilation = "FT2002";

    /// <summary>Fine-tuning without validation or early stopping.</summary>
    public const string UnwatchedFit = "FT2003";

    /// <summary>Early stopping keeps the wrong weights.</summary>
    public const string EarlyStopping = "FT2004";

    /// <summary>Fine-tuning learning rate is not below the head's.</summary>
    public const string FineTuneRate = "FT2005";

    /// <summary>Second Fit starts at epoch 0 again.</summary>
    public const string EpochRestart = "FT2006";

    /// <summary>Feature cache under random augmentation.</summary>
    public const string RandomFeatureCache = "FT2007";

    /// <summary>Head ends with an activation, and the loss takes logits.</summary>
    public const string ActivatedHead = "FT2008";

    /// <summary>requires_grad changed under an optimizer.</summary>
    public const string StaleOptimizer = "FT3001";

    /// <summary>Lazy parameters handed to an optimizer.</summary>
    public const string LazyParameters = "FT3002";

    /// <summary>Optimizer built before its parameters exist.</summary>
    public const string MisplacedOptimizer = "FT3003";

    /// <summary>Frozen parameters keep gradients and go on moving.</summary>
    public const string FrozenGradients = "FT3004";

    /// <summary>Frozen part in training mode.</summary>
    public const string FrozenMode = "FT3005";

    /// <summary>forward called instead of call.</summary>
    public const string ForwardInvoked = "FT3006";

    /// <summary>Scope is never disposed.</summary>
    public const string DiscardedScope = "FT3007";

    /// <summary>await or yield inside a thread-bound scope.</summary>
    public const string ScopeAcrossAwait = "FT3008";

    /// <summary>Training loop without zero_grad.</summary>
    public const string MissingZeroGrad = "FT3009";

    /// <summary>Parameter group drops the optimizer's options.</summary>
    public const string DroppedOption = "FT3010";

    /// <summary>Result of a non-strict load is ignored.</summary>
    public const string IgnoredOutcome = "FT3011";

    /// <summary>Summed losses keep every graph alive.</summary>
    public const string KeptGraph = "FT3012";

    /// <summary>Tensor compared to null element by element.</summary>
    public const string TensorComparedToNull = "FT3013";

    /// <summary>Training step in evaluation mode.</summary>
    public const string EvaluationMode = "FT3014";

    /// <summary>Parameter in two groups of an optimizer.</summary>
    public const string SharedParameter = "FT3015";

    /// <summary>Activation before a loss that takes logits.</summary>
    public const string DoubleActivation = "FT3016";

    /// <summary>Scheduler is never stepped.</summary>
    public const string IdleScheduler = "FT3017";

    /// <summary>Training loop without backward.</summary>
    public const string MissingBackward = "FT3018";

    /// <summary>Evaluation without no_grad.</summary>
    public const string EvaluationWithGradients = "FT3019";

    /// <summary>Training loop without a dispose scope.</summary>
    public const string PilingTensors = "FT3020";
}
