using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3006;

/// <summary>FT3006: <c>model.forward(x)</c>, which skips the hooks, where <c>model.call(x)</c> is meant.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardInvokedAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the module.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.ForwardInvoked,
        "forward called instead of call",
        "'{0}.forward' skips the hooks of the module; use '{0}.call'",
        "Training",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Forward hooks run in call, not in forward: whatever watches or changes activations through a hook sees nothing of a direct "
            + "forward. Without a hook the two are the same. A warning where the project registers one, or where the model is an "
            + "annotated class, whose layers are traced through hooks.",
        RulePages.Of(RuleIds.ForwardInvoked));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, TorchTypes types)
    {
        var invocation = (IInvocationOperation)context.Operation;
        if (invocation is not { TargetMethod.Name: "forward", Instance: { } instance }
            || instance is IInstanceReferenceOperation
            || !types.IsModule(instance.Type)
            || !TorchTypes.IsLibrary(invocation.TargetMethod)
            || !HasCall(instance.Type!, invocation.TargetMethod)
            || invocation.Syntax is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access })
        {
            return;
        }

        var severity =
            IsAnnotated(instance.Type, context.Compilation) || ForwardHooks.AreRegisteredIn(context.Compilation)
                ? DiagnosticSeverity.Warning
                : Rule.DefaultSeverity;
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                access.Name.GetLocation(),
                severity,
                additionalLocations: null,
                properties: null,
                instance.Syntax.ToString()));
    }

    private static bool IsAnnotated(ITypeSymbol? module, Compilation compilation)
    {
        for (var annotated = AnnotatedClass.In(compilation); annotated is not null && module is not null; module = module.BaseType)
        {
            if (module is INamedTypeSymbol type && annotated.Includes(type))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the module can be called with what <c>forward</c> was given.</summary>
    private static bool HasCall(ITypeSymbol module, IMethodSymbol forward)
    {
        for (var type = module; type is not null; type = type.BaseType)
        {
            if (type.GetMembers("call")
                    .OfType<IMethodSymbol>()
                    .Any(call =>
                        call.Parameters.Length == forward.Parameters.Length
                        && call.Parameters.Zip(forward.Parameters, (a, b) => SymbolEqualityComparer.Default.Equals(a.Type, b.Type))
                            .All(equal => equal)))
            {
                return true;
            }
        }

        return false;
    }
}
