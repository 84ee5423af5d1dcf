using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Scopes;
using FineTune.Analyzers.TrainingLoops;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3019;

/// <summary>FT3019: a model that is put into evaluation mode and run, with the graph recorded that nobody goes back through.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EvaluationWithGradientsAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the module.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.EvaluationWithGradients,
        "Evaluation without no_grad",
        "'{0}' is evaluated here with its graph recorded, which takes memory and time for nothing; open a scope before it with "
            + "'using var _ = torch.no_grad();'",
        "Training",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "eval changes what dropout and batch normalization do, and not whether gradients are recorded: every activation is kept until "
            + "the output is disposed. no_grad or inference_mode around the forward pass keeps none.",
        RulePages.Of(RuleIds.EvaluationWithGradients));

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
        var eval = (IInvocationOperation)context.Operation;
        if (eval is not { TargetMethod: { Name: "eval", Parameters.IsEmpty: true } method, Instance: { } module }
            || !types.IsModule(module.Type)
            || !StoredMembers.MayHaveParameters(module.Type!)
            || !TorchTypes.IsLibrary(method)
            || !IsRunLater(eval, module, new(types)))
        {
            return;
        }

        var calls = new TrainingCalls(types);
        var called = CalledCode.Of(OperationTree.RootOf(eval), context.Compilation, intoForwardPasses: true, context.CancellationToken);
        if (!called.IsCutShort
            && !called.Operations.Any(operation =>
                TrainingCalls.IsOfGradients(operation)
                || calls.IsStep(operation)
                || OutOfSight.TakesTensors(operation, types)
                || operation is IInvocationOperation { TargetMethod.Name: var name } && ThreadScopes.IsOfGradients(name))
            && !GradientScopes.MayBeAround(NameOf(context.ContainingSymbol), context.Compilation))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, eval.Syntax.GetLocation(), module.Syntax.ToString()));
        }
    }

    private static string NameOf(ISymbol member) =>
        member switch
        {
            IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: var type } => type.Name,
            IMethodSymbol { AssociatedSymbol: { } property } => property.Name,
            _ => member.Name,
        };

    /// <summary>Whether the same module is called further down in the same function, without being put back into training mode.</summary>
    private static bool IsRunLater(IInvocationOperation eval, IOperation module, TrainingCalls calls)
    {
        var function = OperationTree.FunctionOf(eval);
        var later = function
            .Descendants()
            .OfType<IInvocationOperation>()
            .Where(call =>
                call.Syntax.SpanStart > eval.Syntax.SpanStart
                && call.Instance is { } instance
                && IsSame(instance, module)
                && (calls.IsForwardPass(call) || call.TargetMethod.Name == "train"))
            .OrderBy(call => call.Syntax.SpanStart)
            .FirstOrDefault();
        return later is not null && calls.IsForwardPass(later) && OperationTree.FunctionOf(later) == function;
    }

    private static bool IsSame(IOperation one, IOperation other) =>
        (one, other) switch
        {
            (ILocalReferenceOperation a, ILocalReferenceOperation b) => SymbolEqualityComparer.Default.Equals(a.Local, b.Local),
            (IParameterReferenceOperation a, IParameterReferenceOperation b) =>
                SymbolEqualityComparer.Default.Equals(a.Parameter, b.Parameter),
            (IMemberReferenceOperation a, IMemberReferenceOperation b) => SymbolEqualityComparer.Default.Equals(a.Member, b.Member)
                && (a.Instance is null ? b.Instance is null : b.Instance is not null && IsSame(a.Instance, b.Instance)),
            (IInstanceReferenceOperation a, IInstanceReferenceOperation b) => a.ReferenceKind == b.ReferenceKind,
            _ => false,
        };
}
