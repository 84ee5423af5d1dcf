using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3017;

/// <summary>FT3017: a schedule of learning rates that nobody steps through.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class IdleSchedulerAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method that makes the scheduler; {1}: what becomes of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.IdleScheduler,
        "Scheduler is never stepped",
        "The scheduler that '{0}' makes is {1}, so the learning rate never changes; call its step after each epoch or batch",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A scheduler changes the learning rate of its optimizer when its step is called, and at no other time: the optimizer does not "
            + "know of it.",
        RulePages.Of(RuleIds.IdleScheduler));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is not null)
            {
                start.RegisterOperationAction(Analyze, OperationKind.Invocation, OperationKind.ObjectCreation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        var name = context.Operation switch
        {
            IInvocationOperation { TargetMethod: { IsStatic: true, ContainingType.Name: "lr_scheduler" } maker } => maker.Name,
            IObjectCreationOperation { Type: { } made } => made.Name,
            _ => null,
        };
        if (name is not null && IsScheduler(context.Operation.Type) && FateOf(context.Operation, context) is { } fate)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, context.Operation.Syntax.GetLocation(), name, fate));
        }
    }

    private static bool IsScheduler(ITypeSymbol? type)
    {
        for (; type is not null && TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"); type = type.BaseType)
        {
            if (type.Name == "LRScheduler")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What becomes of a scheduler that nothing steps; null where something may.</summary>
    private static string? FateOf(IOperation made, OperationAnalysisContext context)
    {
        var (value, user) = (made, made.Parent);
        while (user is IConversionOperation)
        {
            (value, user) = (user, user.Parent);
        }

        return user switch
        {
            IExpressionStatementOperation => "discarded",
            ISimpleAssignmentOperation { Target: IDiscardOperation, Parent: IExpressionStatementOperation } => "discarded",
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } } => Held(local),
            ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment when assignment.Value == value =>
                assignment.Target switch
                {
                    ILocalReferenceOperation { Local: var local } => Held(local),
                    IMemberReferenceOperation { Member: var member } => Held(member),
                    _ => null,
                },
            IFieldInitializerOperation { InitializedFields: { Length: 1 } fields } => Held(fields[0]),
            IPropertyInitializerOperation { InitializedProperties: { Length: 1 } properties } => Held(properties[0]),
            _ => null,
        };

        string? Held(ISymbol holder) =>
            SchedulerUse.IsIdle(holder, context.Compilation, context.CancellationToken)
                ? $"held in '{holder.Name}' and never stepped"
                : null;
    }
}
