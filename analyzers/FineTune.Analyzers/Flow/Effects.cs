namespace FineTune.Analyzers.Flow;

/// <summary>
/// What a body does, as far as one look over its operations tells: enough to leave alone, without following it, what
/// cannot break a rule.
/// </summary>
[Flags]
internal enum Effects
{
    None = 0,

    /// <summary>There is something in it that does not compile.</summary>
    Invalid = 1 << 0,

    /// <summary>It has an optimizer step.</summary>
    StepsOptimizer = 1 << 1,

    /// <summary>It hands an optimizer to a method of the user's.</summary>
    PassesOptimizer = 1 << 2,

    /// <summary>Something called <c>step</c> is invoked.</summary>
    Steps = 1 << 3,

    /// <summary>An optimizer steps in a member that never clears its gradients under the same name.</summary>
    StepsUncleared = 1 << 4,

    /// <summary>It makes an optimizer.</summary>
    BuildsOptimizer = 1 << 5,

    /// <summary>It freezes or unfreezes parameters.</summary>
    ChangesGradients = 1 << 6,

    /// <summary>It goes backward.</summary>
    GoesBackward = 1 << 7,

    /// <summary>It calls <c>train</c>.</summary>
    SwitchesMode = 1 << 8,

    /// <summary>It may put a module into evaluation mode.</summary>
    SwitchesOff = 1 << 9,

    /// <summary>It moves a module elsewhere, or gives it one more part.</summary>
    MovesModules = 1 << 10,

    /// <summary>
    /// It assigns a part of a module. In a constructor that is how the module comes about, unless it is the constructor that is looked at.
    /// </summary>
    AssignsParts = 1 << 11,

    /// <summary>It adds up tensors in a loop.</summary>
    SumsTensors = 1 << 12,

    /// <summary>It gets, uses or hands on a compiled model.</summary>
    HasCompiled = 1 << 13,

    /// <summary>It compiles or recompiles.</summary>
    Compiles = 1 << 14,

    /// <summary>It compiles and throws away what it gets.</summary>
    DiscardsCompiled = 1 << 15,

    /// <summary>It fits, trains a step or evaluates.</summary>
    UsesCompiled = 1 << 16,

    /// <summary>It freezes the backbone of a model.</summary>
    FreezesBackbone = 1 << 17,

    /// <summary>It unfreezes the backbone of a model, or some of it.</summary>
    UnfreezesBackbone = 1 << 18,

    /// <summary>It has a model enter a phase, whichever that is.</summary>
    EntersPhase = 1 << 19,

    /// <summary>It calls more methods than there is time to look at.</summary>
    Unbounded = 1 << 20,
}
