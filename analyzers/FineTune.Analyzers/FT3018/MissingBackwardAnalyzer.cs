using System.Collections.Concurrent;
using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.TrainingLoops;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3018;

/// <summary>FT3018: an optimizer that steps in a loop in which nothing goes backward.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingBackwardAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the optimizer.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.MissingBackward,
        "Training loop without backward",
        "'{0}.step' runs in a training loop in which nothing goes backward, so no parameter has a gradient and none changes; call "
            + "backward on the loss before it",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer moves parameters by the gradients that backward left in them. Without backward there are none, and step does "
            + "nothing, without an error.",
        RulePages.Of(RuleIds.MissingBackward));

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
                start.RegisterOperationBlockStartAction(block => Start(block, types));
            }
        });
    }

    private static void Start(OperationBlockStartAnalysisContext context, TorchTypes types)
    {
        var calls = new TrainingCalls(types);
        var steps = new ConcurrentBag<IInvocationOperation>();
        context.RegisterOperationAction(
            operation =>
            {
                if (calls.IsStep(operation.Operation) && IsPlain((IInvocationOperation)operation.Operation))
                {
                    steps.Add((IInvocationOperation)operation.Operation);
                }
            },
            OperationKind.Invocation);
        context.RegisterOperationBlockEndAction(end =>
        {
            // Each loop is looked at once, however many optimizers step in it.
            foreach (var stepped in steps.GroupBy(Loops.Outermost))
            {
                if (stepped.Key is { } loop && IsWithoutGradients(loop, calls, end.Compilation, end.CancellationToken))
                {
                    foreach (var step in stepped)
                    {
                        end.ReportDiagnostic(
                            Diagnostic.Create(Rule, PlaceOf(step), step.Instance?.Syntax.ToString() ?? step.TargetMethod.Name));
                    }
                }
            }
        });
    }

    /// <summary>Whether a step is one of TorchSharp's optimizers, without a closure that goes backward.</summary>
    private static bool IsPlain(IInvocationOperation step) =>
        step.Instance is { Type.DeclaringSyntaxReferences.IsEmpty: true } and not IInstanceReferenceOperation
        && step.Arguments.All(argument => argument.ArgumentKind == ArgumentKind.DefaultValue);

    private static Location PlaceOf(IInvocationOperation step) =>
        ((step.Syntax as InvocationExpressionSyntax)?.Expression as MemberAccessExpressionSyntax)?.Name.GetLocation()
        ?? step.Syntax.GetLocation();

    private static bool IsWithoutGradients(
        ILoopOperation loop,
        TrainingCalls calls,
        Compilation compilation,
        CancellationToken cancellation)
    {
        if (OperationTree.RootOf(loop).Descendants().Any(TrainingCalls.IsOfGradients))
        {
            return false;
        }

        var called = CalledCode.Of(loop, compilation, intoForwardPasses: false, cancellation);
        return !called.IsCutShort
            && called.Operations.Any(operation => calls.IsForwardPass(operation) || TrainingCalls.IsLossFunction(operation))
            && !called.Operations.Any(operation => TrainingCalls.IsOfGradients(operation) || OutOfSight.Is(operation));
    }
}
