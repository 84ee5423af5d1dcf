using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>Looks for what bodies do to annotated models and to what is compiled from them.</summary>
internal sealed class CompileSurvey(MethodBodies bodies, TrackedTypes followed, FineTuneTypes types) : Survey(bodies, followed)
{
    /// <summary>Whether nothing is done with what a compile gives.</summary>
    public static bool IsDiscarded(SyntaxNode call) =>
        call.Parent switch
        {
            ExpressionStatementSyntax => true,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } } => true,
            _ => false,
        };

    protected override ulong Of(IOperation operation) => (ulong)Doing(operation);

    protected override bool Knows(IMethodSymbol method) =>
        types.IsCompiledModel(method.ContainingType)
        || FineTuneTypes.Is(method.ContainingType, types.Phase)
        || Transitions.Of(method, types).Transition != Transition.None;

    private CompileEffects Doing(IOperation operation) =>
        operation switch
        {
            IInvocationOperation invocation => Of(invocation),
            IAssignmentOperation { Target: IPropertyReferenceOperation { Property: var assigned } } => Transitions.Of(assigned),
            IMethodReferenceOperation reference => Transitions.Of(reference.Method, types).Effects,
            _ => CompileEffects.None,
        };

    private CompileEffects Of(IInvocationOperation invocation)
    {
        var effects = Transitions.Of(invocation.TargetMethod, types).Effects;
        if ((effects & CompileEffects.Compiles) != 0 && IsDiscarded(invocation.Syntax))
        {
            effects |= CompileEffects.DiscardsCompiled;
        }

        if (types.IsCompiledModel(invocation.Type) || (effects & CompileEffects.UsesCompiled) != 0)
        {
            return effects | CompileEffects.HasCompiled;
        }

        foreach (var argument in invocation.Arguments)
        {
            if (types.IsCompiledModel(argument.Value.Type) && argument.Value is not IInstanceReferenceOperation)
            {
                return effects | CompileEffects.HasCompiled;
            }
        }

        return effects;
    }
}
