using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Scopes;
using FineTune.Analyzers.TrainingLoops;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3020;

/// <summary>FT3020: a training loop that disposes of nothing, so that tensors live until the garbage collector finds them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PilingTensorsAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The message has no arguments.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.PilingTensors,
        "Training loop without a dispose scope",
        "Nothing in this training loop disposes of its tensors, which stay in memory until the garbage collector finds them; begin each "
            + "iteration with 'using var scope = torch.NewDisposeScope();'",
        "Training",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "The garbage collector sees a few bytes for each tensor, however much of it lies outside its heap, and comes late. A dispose "
            + "scope around an iteration lets go of all that the iteration made.",
        RulePages.Of(RuleIds.PilingTensors));

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
        var calls = new TrainingCalls(types);
        var backward = context.Operation;
        if (!calls.IsBackward(backward) || Loops.Innermost(backward) is not { } loop)
        {
            return;
        }

        // Of several losses in a loop, the first speaks.
        var within = loop.Body.Descendants().Where(operation => Loops.Innermost(operation) == loop).ToList();
        if (within.Find(calls.IsBackward) != backward || !within.Exists(calls.IsStep))
        {
            return;
        }

        var called = CalledCode.Of(Loops.Outermost(loop) ?? loop, context.Compilation, intoForwardPasses: false, context.CancellationToken);
        if (!called.IsCutShort && !called.Operations.Any(operation => Disposes(operation) || OutOfSight.TakesTensors(operation, types)))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, Loops.KeywordOf(loop)));
        }
    }

    private static bool Disposes(IOperation operation) =>
        operation switch
        {
            IUsingOperation or IUsingDeclarationOperation => true,
            IInvocationOperation { TargetMethod: { Name: var name, ContainingType: var declaring } } =>
                ThreadScopes.IsOfTensors(name)
                || name.StartsWith("Dispose", StringComparison.Ordinal)
                || (name == "Collect" && declaring.Name == "GC"),
            IMethodReferenceOperation { Method.Name: var name } => name.StartsWith("Dispose", StringComparison.Ordinal),
            _ => false,
        };
}
