namespace FineTune;

/// <summary>
/// The metadata names that the generator and the analyzers look up. Neither references the runtime: a name that
/// is absent from a compilation means that there is nothing to do.
/// </summary>
internal static class MetadataNames
{
    public const string BackboneAttribute = "FineTune.BackboneAttribute";
    public const string HeadAttribute = "FineTune.HeadAttribute";
    public const string FrozenAttribute = "FineTune.FrozenAttribute";
    public const string UnfreezeLastAttribute = "FineTune.UnfreezeLastAttribute";
    public const string FineTuneLRAttribute = "FineTune.FineTuneLRAttribute";

    public const string UnfreezeFirstAttribute = "FineTune.UnfreezeFirstAttribute";
    public const string UnfreezeAttribute = "FineTune.UnfreezeAttribute";
    public const string GradualUnfreezeAttribute = "FineTune.GradualUnfreezeAttribute";
    public const string LayerDecayAttribute = "FineTune.LayerDecayAttribute";
    public const string NoWeightDecayAttribute = "FineTune.NoWeightDecayAttribute";

    public const string UnsplitForwardAttribute = "FineTune.UnsplitForwardAttribute";

    public const string IFineTunable = "FineTune.IFineTunable";
    public const string CompiledModel = "FineTune.CompiledModel";
    public const string Phase = "FineTune.Phase";
    public const string EarlyStopping = "FineTune.EarlyStopping";
    public const string FeatureStorage = "FineTune.FeatureStorage";
    public const string StaleCompilationException = "FineTune.StaleCompilationException";

    public const string Module = "TorchSharp.torch+nn+Module";
    public const string Optimizer = "TorchSharp.torch+optim+Optimizer";
    public const string Parameter = "TorchSharp.Modules.Parameter";
    public const string Tensor = "TorchSharp.torch+Tensor";
}
