namespace FineTune.Analyzers.Optimizers;

/// <summary>What a body does to modules, parameters and optimizers, as far as one look over its operations tells.</summary>
[Flags]
internal enum OptimizerEffects : ulong
{
    None = 0,

    /// <summary>It has an optimizer step.</summary>
    StepsOptimizer = 1 << 0,

    /// <summary>An optimizer steps in a member that never clears its gradients under the same name.</summary>
    StepsUncleared = 1 << 1,

    /// <summary>It makes an optimizer.</summary>
    BuildsOptimizer = 1 << 2,

    /// <summary>It freezes or unfreezes parameters.</summary>
    ChangesGradients = 1 << 3,

    /// <summary>It goes backward.</summary>
    GoesBackward = 1 << 4,

    /// <summary>It calls <c>train</c>.</summary>
    SwitchesMode = 1 << 5,

    /// <summary>It may put a module into evaluation mode.</summary>
    SwitchesOff = 1 << 6,

    /// <summary>It moves a module elsewhere, or gives it one more part.</summary>
    MovesModules = 1 << 7,

    /// <summary>
    /// It assigns a part of a module. In a constructor that is how the module comes about, unless it is the constructor that is looked at.
    /// </summary>
    AssignsParts = 1 << 8,

    /// <summary>It adds up tensors in a loop.</summary>
    SumsTensors = 1 << 9,

    /// <summary>It joins parameters, in groups or in one sequence.</summary>
    JoinsParameters = 1 << 10,
}
