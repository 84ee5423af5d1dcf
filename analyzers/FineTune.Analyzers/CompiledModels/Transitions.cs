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
    ChangeParts,
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

    private static readonly Dictionary<string, (Transition Transition, CompileEffects Effects)> OnParts = new()
    {
        ["Freeze"] = (Transition.ChangeParts, CompileEffects.ChangesParts),
        ["Unfreeze"] = (Transition.ChangeParts, CompileEffects.ChangesParts),
        ["requires_grad_"] = (Transition.ChangeParts, CompileEffects.ChangesParts),
        ["requires_grad"] = (Transition.ChangeParts, CompileEffects.ChangesParts),
    };

    private static readonly Dictionary<string, (Transition Transition, CompileEffects Effects)> OnCompiledModels = new()
    {
        ["Compile"] = (Transition.Compile, CompileEffects.Compiles),
        ["Recompile"] = (Transition.Compile, CompileEffects.Compiles),
        ["Fit"] = (Transition.Use, CompileEffects.UsesCompiled),
        ["TrainStep"] = (Transition.Use, CompileEffects.UsesCompiled),
        ["Evaluate"] = (Transition.Use, CompileEffects.UsesCompiled),
    };

    /// <summary>What a method of an annotated or a compiled model does, or of a part of one.</summary>
    public static (Transition Transition, CompileEffects Effects) Of(IMethodSymbol method, FineTuneTypes types)
    {
        if (types.IsCompiledModel(method.ContainingType))
        {
            return OnCompiledModels.TryGetValue(method.Name, out var use) ? use : default;
        }

        if (Namespaces.Outermost(method.ContainingNamespace) is "TorchSharp" or "FineTune" && OnParts.TryGetValue(method.Name, out var part)
            && !types.IsModel(method.ContainingType))
        {
            return part;
        }

        // A model's other members of these names are the user's.
        return types.IsModel(method.ContainingType)
            && OnModels.TryGetValue(method.Name, out var known)
            && (known.Transition != Transition.Compile || types.IsCompiledModel(method.ReturnType))
                ? known
                : default;
    }

    /// <summary>What assigning a property does.</summary>
    public static CompileEffects Of(IPropertySymbol assigned) =>
        Namespaces.Outermost(assigned.ContainingNamespace) == "TorchSharp" && OnParts.TryGetValue(assigned.Name, out var part)
            ? part.Effects
            : CompileEffects.None;
}
