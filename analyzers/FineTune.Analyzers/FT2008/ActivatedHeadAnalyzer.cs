using System.Collections.Concurrent;
using System.Collections.Immutable;
using FineTune.Analyzers.Activations;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2008;

/// <summary>FT2008: a model that ends with probabilities, compiled with a loss that takes logits.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ActivatedHeadAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the class; {1}: the activation; {2}: where it is applied; {3}: the loss.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.ActivatedHead,
        "Head ends with an activation, and the loss takes logits",
        "'{0}' ends with a {1} ({2}), but {3} takes logits and applies one itself: the head learns little or nothing; let it end without",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The cross-entropies among the losses take logits. Of probabilities they make probabilities once more, all of them near each "
            + "other: the loss cannot get small, and its gradients are. Apply the activation where probabilities are read.",
        RulePages.Of(RuleIds.ActivatedHead));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (FineTuneTypes.In(start.Compilation) is not null
                && AnnotatedClass.In(start.Compilation) is { } annotated
                && TorchTypes.In(start.Compilation) is { } torch)
            {
                // Many calls compile the same few classes.
                var ends = new ConcurrentDictionary<(INamedTypeSymbol, bool), Activation?>();
                start.RegisterOperationAction(
                    operation => Analyze(
                        operation,
                        annotated,
                        (type, isExact) => ends.GetOrAdd((type, isExact), _ => EndOf(type, isExact, torch, operation))),
                    OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(
        OperationAnalysisContext context,
        AnnotatedClass annotated,
        Func<INamedTypeSymbol, bool, Activation?> endOf)
    {
        var call = (IInvocationOperation)context.Operation;
        if (CompilationLoss.Of(call, context.CancellationToken) is not { } loss
            || ModelOf(call) is not { } model
            || SingleAssignment.BehindMembers(model, context.CancellationToken) is not { Type: INamedTypeSymbol type } value
            || !annotated.Includes(type)
            || endOf(type, value is IObjectCreationOperation) is not { } activation
            || (loss.IsOfClassesOnly && !activation.IsOfClasses))
        {
            return;
        }

        var at = activation.At.Syntax.GetLocation();
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                loss.At.Syntax.GetLocation(),
                activation.LastElement is { } element ? [at, element.Syntax.GetLocation()] : [at],
                type.Name,
                activation.Name,
                Lines.Of(at, call.Syntax.SyntaxTree),
                loss.Name));
    }

    /// <summary>What is compiled: what the method is called on, or the model that it is given.</summary>
    private static IOperation? ModelOf(IInvocationOperation call) =>
        call.Instance ?? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value;

    /// <summary>What the forward pass ends with; where the generator writes that, what the one head does.</summary>
    private static Activation? EndOf(INamedTypeSymbol type, bool isExact, TorchTypes torch, OperationAnalysisContext context)
    {
        var final = new FinalActivation(torch, context.Compilation, context.CancellationToken);
        if (FinalActivation.ForwardOf(type) is not null)
        {
            return final.OfClass(type, isExact);
        }

        var heads = StoredMembers.Of(type).Where(stored => StoredMembers.RolesOf(stored.Member).Contains("Head")).ToList();
        return heads.Count == 1
            && SingleAssignment.OfMember(heads[0].Member, context.Compilation, context.CancellationToken) is { } head
            ? final.OfModule(head)
            : null;
    }
}
