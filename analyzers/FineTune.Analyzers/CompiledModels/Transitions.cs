using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>The calls that make, use and outdate a compiled model.</summary>
internal enum Transition
{
    /// <summary>None of them.</summary>
    None,
    FreezeBackbone,
    UnfreezeBackbone,
    UnfreezeLast,
    UnfreezeFirst,
    Unfreeze,
    EnterPhase,
    Compile,
    Use,
}

/// <summary>Which call is which, and what it does.</summary>
internal static class Transitions
{
    private static readonly Dictionary<string, (Transition Transition, CompileEffects Effects)> OnModels = new()
    {
        ["FreezeBackbone"] = (Transition.FreezeBackbone, CompileEffects.FreezesBackbone),
        ["UnfreezeBackbone"] = (Transition.UnfreezeBackbone, CompileEffects.UnfreezesBackbone),
        ["UnfreezeLast"] = (Transition.UnfreezeLast, CompileEffects.UnfreezesBackbone),
        ["UnfreezeFirst"] = (Transition.UnfreezeFirst, CompileEffects.UnfreezesBackbone),
        ["Unfreeze"] = (Transition.Unfreeze, CompileEffects.UnfreezesBackbone),
        ["EnterPhase"] = (Transition.EnterPhase, CompileEffects.EntersPhase),
        ["Compile"] = (Transition.Compile, CompileEffects.Compiles),
        ["Recompile"] = (Transition.Compile, CompileEffects.Compiles),
    };

    private static readonly Dictionary<string, (Transition Transition, CompileEffects Effects)> OnCompiledModels = new()
    {
        ["Compile"] = (Transition.Compile, CompileEffects.Compiles),
        ["Recompile"] = (Transition.Compile, CompileEffects.Compiles),
        ["Fit"] = (Transition.Use, CompileEffects.UsesCompiled),
        ["TrainStep"] = (Transition.Use, CompileEffects.UsesCompiled),
        ["Evaluate"] = (Transition.Use, CompileEffects.UsesCompiled),
    };

    /// <summary>What a method of an annotated or a compiled model does.</summary>
    public static (Transition Transition, CompileEffects Effects) Of(IMethodSymbol method, FineTuneTypes types)
    {
        if (types.IsCompiledModel(method.ContainingType))
        {
            return OnCompiledModels.TryGetValue(method.Name, out var use) ? use : default;
        }

        // A model's other members of these names are the user's.
        return types.IsModel(method.ContainingType)
            && OnModels.TryGetValue(method.Name, out var known)
            && (known.Transition != Transition.Compile || types.IsCompiledModel(method.ReturnType))
                ? known
                : default;
    }
}
