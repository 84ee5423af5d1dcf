using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Analyzers.FT2006;

/// <summary>FT2006: a second <c>Fit</c> of the same model that counts its epochs from 0 again.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EpochRestartAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the line of the Fit before; {1}: the history that it gave, or a word for it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.EpochRestart,
        "Second Fit starts at epoch 0 again",
        "This Fit counts its epochs from 0 again, as the one on {0} did, so that their histories and logs overlap; go on with "
            + "InitialEpoch = {1}.NextEpoch",
        "Compile",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Epochs are numbered over a whole training: a second phase starts where the first one ended. Otherwise histories cannot be "
            + "joined, logs and checkpoints of the phases have the same numbers, and augmentation draws the same pictures again.",
        RulePages.Of(RuleIds.EpochRestart));

    /// <summary>The property that names the history of the Fit before, where there is a variable for it.</summary>
    internal const string PreviousProperty = "previous";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (FineTuneTypes.In(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, FineTuneTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!IsFit(call, types)
            || FitSettings.Of(call, context.CancellationToken) is not { } settings
            || settings["InitialEpoch"] is not null
            || Before(call, types, context.CancellationToken) is not { } before)
        {
            return;
        }

        var history = HistoryOf(before);
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                NameOf(call),
                [NameOf(before)],
                history is null ? null : ImmutableDictionary<string, string?>.Empty.Add(PreviousProperty, history),
                Lines.Of(before.Syntax.GetLocation(), call.Syntax.SyntaxTree),
                history ?? "previous"));
    }

    private static bool IsFit(IInvocationOperation call, FineTuneTypes types) =>
        call.TargetMethod.Name == "Fit" && types.IsCompiledModel(call.TargetMethod.ContainingType);

    /// <summary>The nearest Fit of the same model that has run whenever this one does.</summary>
    private static IInvocationOperation? Before(IInvocationOperation call, FineTuneTypes types, CancellationToken cancellation)
    {
        for (var (inner, outer) = ((IOperation)call, call.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            switch (outer)
            {
                // What is done more than once follows on itself.
                case ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return null;
                case IBlockOperation block:
                    var between = new List<IOperation>();
                    foreach (var statement in block.Operations.TakeWhile(statement => statement != inner).Reverse())
                    {
                        if (FitIn(statement, types) is { } fit)
                        {
                            return ContinuesWith(fit, call, between, types, cancellation) ? fit : null;
                        }

                        between.Add(statement);
                    }

                    break;
            }
        }

        return null;
    }

    /// <summary>The Fit that a statement consists of, whatever becomes of its history.</summary>
    private static IInvocationOperation? FitIn(IOperation statement, FineTuneTypes types) =>
        statement switch
        {
            IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment } => assignment.Value,
            IExpressionStatementOperation expression => expression.Operation,
            IVariableDeclarationGroupOperation { Declarations: { Length: 1 } declarations } when declarations[0].Declarators.Length == 1 =>
                declarations[0].Declarators[0].Initializer?.Value,
            _ => null,
        }
            is { } value
        && SingleAssignment.Unconverted(value) is IInvocationOperation call
        && IsFit(call, types)
            ? call
            : null;

    private static bool ContinuesWith(
        IInvocationOperation first,
        IInvocationOperation second,
        List<IOperation> between,
        FineTuneTypes types,
        CancellationToken cancellation)
    {
        var (before, after) = (SymbolOf(first.Instance), SymbolOf(second.Instance));
        if (before is null || after is null || before is not (ILocalSymbol or IParameterSymbol or IFieldSymbol))
        {
            return false;
        }

        var models = new[] { ModelOf(first.Instance, types, cancellation), ModelOf(second.Instance, types, cancellation) };
        var isSame =
            SymbolEqualityComparer.Default.Equals(before, after)
            || (models[0] is { } model && SymbolEqualityComparer.Default.Equals(model, models[1]));
        return isSame
            && between.TrueForAll(statement =>
                statement
                    .DescendantsAndSelf()
                    .All(operation =>
                        operation switch
                        {
                            // A model that is compiled anew, or loaded, or another one, may start anew.
                            ISimpleAssignmentOperation { Target: var target, Value: var value }
                                when IsOneOf(SymbolOf(target), [before, after, .. models]) => SingleAssignment.Unconverted(value)
                                is IInvocationOperation { TargetMethod.Name: "Recompile" },
                            IInvocationOperation { TargetMethod.Name: var name, Instance: var receiver }
                                when IsOneOf(SymbolOf(receiver), models) => name.IndexOf("load", StringComparison.OrdinalIgnoreCase) < 0
                                && name is not ("apply" or "Compile"),
                            IArgumentOperation { Value: var value, Parent: IInvocationOperation { TargetMethod: var receiver } }
                                when IsOneOf(SymbolOf(SingleAssignment.Unconverted(value)), [before, after, .. models]) => receiver
                                .ContainingNamespace
                                .Name == "FineTune"
                                && receiver.Name.IndexOf("load", StringComparison.OrdinalIgnoreCase) < 0,
                            _ => true,
                        }));
    }

    private static bool IsOneOf(ISymbol? symbol, IEnumerable<ISymbol?> wanted) =>
        symbol is not null && wanted.Contains(symbol, SymbolEqualityComparer.Default);

    private static ISymbol? SymbolOf(IOperation? operation) =>
        operation switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
            _ => null,
        };

    /// <summary>The variable of the model that a compiled model was compiled from, where that is in sight.</summary>
    private static ISymbol? ModelOf(IOperation? compiled, FineTuneTypes types, CancellationToken cancellation)
    {
        for (var depth = 0; depth < 10 && compiled is ILocalReferenceOperation; depth++)
        {
            if (SingleAssignment.Behind(compiled, cancellation)
                is not IInvocationOperation { TargetMethod.Name: "Compile" or "Recompile", Instance: { } receiver })
            {
                return null;
            }

            if (!types.IsCompiledModel(receiver.Type))
            {
                return SymbolOf(receiver);
            }

            compiled = receiver;
        }

        return null;
    }

    private static string? HistoryOf(IInvocationOperation fit) =>
        fit.Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol.Name,
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation local } => local.Local.Name,
            _ => null,
        };

    private static Location NameOf(IInvocationOperation call) =>
        call.Syntax is InvocationExpressionSyntax syntax
            ? Location.Create(syntax.SyntaxTree, TextSpan.FromBounds(syntax.SpanStart, syntax.Expression.Span.End))
            : call.Syntax.GetLocation();
}
