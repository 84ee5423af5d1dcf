using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>What an operation does to annotated models and to what is compiled from them.</summary>
internal static class CompileEffects
{
    public static Effects Of(IOperation operation, FineTuneTypes types) =>
        operation switch
        {
            IInvocationOperation invocation => Of(invocation, types),
            IMethodReferenceOperation reference => Of(reference.Method, types),
            _ => Effects.None,
        };

    /// <summary>Whether the rules know what a call does to models: they never look into its body.</summary>
    public static bool Knows(IMethodSymbol method, FineTuneTypes types) =>
        types.IsCompiledModel(method.ContainingType)
        || FineTuneTypes.Is(method.ContainingType, types.Phase)
        || (
            types.IsModel(method.ContainingType)
            && (
                method.Name is "FreezeBackbone" or "UnfreezeBackbone" or "UnfreezeLast" or "EnterPhase"
                || (method.Name is "Compile" or "Recompile" && types.IsCompiledModel(method.ReturnType))));

    /// <summary>Whether nothing is done with what a compile gives.</summary>
    public static bool IsDiscarded(SyntaxNode call) =>
        call.Parent switch
        {
            ExpressionStatementSyntax => true,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } } => true,
            _ => false,
        };

    private static Effects Of(IInvocationOperation invocation, FineTuneTypes types)
    {
        var effects = Of(invocation.TargetMethod, types);
        if ((effects & Effects.Compiles) != 0 && IsDiscarded(invocation.Syntax))
        {
            effects |= Effects.DiscardsCompiled;
        }

        if (types.IsCompiledModel(invocation.Type) || (effects & Effects.UsesCompiled) != 0)
        {
            return effects | Effects.HasCompiled;
        }

        foreach (var argument in invocation.Arguments)
        {
            if (types.IsCompiledModel(argument.Value.Type) && argument.Value is not IInstanceReferenceOperation)
            {
                return effects | Effects.HasCompiled;
            }
        }

        return effects;
    }

    private static Effects Of(IMethodSymbol method, FineTuneTypes types) =>
        method.Name switch
        {
            "Compile"
            or "Recompile"
                when types.IsCompiledModel(method.ContainingType)
                    || (types.IsModel(method.ContainingType) && types.IsCompiledModel(method.ReturnType)) => Effects.Compiles,
            "Fit" or "TrainStep" or "Evaluate" when types.IsCompiledModel(method.ContainingType) => Effects.UsesCompiled,
            "FreezeBackbone" when types.IsModel(method.ContainingType) => Effects.FreezesBackbone,
            "UnfreezeBackbone" or "UnfreezeLast" when types.IsModel(method.ContainingType) => Effects.UnfreezesBackbone,
            "EnterPhase" when types.IsModel(method.ContainingType) => Effects.EntersPhase,
            _ => Effects.None,
        };
}
