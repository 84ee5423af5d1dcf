namespace FineTune.Analyzers.CompiledModels;

/// <summary>What a body does to annotated models and to what is compiled from them, as far as one look over it tells.</summary>
[Flags]
internal enum CompileEffects : ulong
{
    None = 0,

    /// <summary>It gets, uses or hands on a compiled model.</summary>
    HasCompiled = 1 << 0,

    /// <summary>It compiles or recompiles.</summary>
    Compiles = 1 << 1,

    /// <summary>It compiles and throws away what it gets.</summary>
    DiscardsCompiled = 1 << 2,

    /// <summary>It fits, trains a step or evaluates.</summary>
    UsesCompiled = 1 << 3,

    /// <summary>It freezes the backbone of a model.</summary>
    FreezesBackbone = 1 << 4,

    /// <summary>It unfreezes the backbone of a model, or some of it.</summary>
    UnfreezesBackbone = 1 << 5,

    /// <summary>It has a model enter a phase, whichever that is.</summary>
    EntersPhase = 1 << 6,

    /// <summary>It freezes or unfreezes modules or parameters, which may be parts of a model.</summary>
    ChangesParts = 1 << 7,

    /// <summary>All that changes what of a model trains.</summary>
    ChangesTrainability = FreezesBackbone | UnfreezesBackbone | EntersPhase | ChangesParts,
}
