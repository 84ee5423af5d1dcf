using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3002;

/// <summary>FT3002: a filter over parameters, handed to an optimizer as a query that is asked again at every step.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LazyParametersAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method that makes the sequence lazy.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.LazyParameters,
        "Lazy parameters handed to an optimizer",
        "The optimizer asks '{0}' again at every step, and finds other parameters when trainability changes; hand it a list",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An optimizer keeps the sequence that it, or a group of its, is given. A filter such as Where(p => p.requires_grad) is "
            + "evaluated anew at each step: a later unfreeze throws from inside step, a later freeze takes parameters away with "
            + "their state.",
        RulePages.Of(RuleIds.LazyParameters));

    // Members that are made from one another, as half-written code has them, end the search.
    private const int MostMembers = 4;

    private static readonly string[] Filters = ["Where", "TakeWhile", "SkipWhile"];

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
                start.RegisterOperationAction(
                    operation => Analyze(operation, types),
                    OperationKind.Invocation,
                    OperationKind.ObjectCreation);
                start.RegisterOperationAction(operation => AnalyzeGroup(operation, types), OperationKind.SimpleAssignment);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, TorchTypes types)
    {
        // Before what is dear to ask: nearly every call makes something else.
        var (made, method) = context.Operation switch
        {
            IInvocationOperation call => (call.TargetMethod.ReturnType, call.TargetMethod),
            IObjectCreationOperation { Constructor: { } constructor } => (constructor.ContainingType, constructor),
            _ => ((ITypeSymbol?)null, null),
        };
        if (made is null || (made.Name != "ParamGroup" && !types.IsOptimizer(made)) || !TorchTypes.IsLibrary(method!))
        {
            return;
        }

        var arguments = context.Operation is IInvocationOperation invocation
            ? invocation.Arguments
            : ((IObjectCreationOperation)context.Operation).Arguments;
        if (arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0) is not { } first)
        {
            return;
        }

        Report(first.Value, types, context);
    }

    /// <summary>A group keeps what its property is given as well, in an object initializer too.</summary>
    private static void AnalyzeGroup(OperationAnalysisContext context, TorchTypes types)
    {
        if (context.Operation
                is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: { Name: "Parameters" } set } } assignment
            && TorchTypes.IsIn(set.ContainingNamespace, "TorchSharp")
            && set.ContainingType.Name == "ParamGroup")
        {
            Report(assignment.Value, types, context);
        }
    }

    private static void Report(IOperation sequence, TorchTypes types, OperationAnalysisContext context)
    {
        if (Filter(sequence, types, MostMembers, context.CancellationToken) is { } filter)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, sequence.Syntax.GetLocation(), filter));
        }
    }

    /// <summary>The method that leaves elements out when it is asked; null where the sequence is a list, or not known.</summary>
    private static string? Filter(IOperation value, TorchTypes types, int members, CancellationToken cancellation)
    {
        value = SingleAssignment.Unconverted(value);
        switch (value)
        {
            case ILocalReferenceOperation reference:
                return SingleAssignment.Of(reference, cancellation) is { } only ? Filter(only, types, members, cancellation) : null;
            case IMemberReferenceOperation reference:
                return members > 0 && IsOfParameters(reference.Type, types) && SingleAssignment.Of(reference, cancellation) is { } held
                    ? Filter(held, types, members - 1, cancellation)
                    : null;
            case IInvocationOperation
            {
                TargetMethod: { ContainingType: { Name: "Enumerable", ContainingNamespace.Name: "Linq" } } linq
            } query:
                if (!SymbolEqualityComparer.Default.Equals(
                        linq.ReturnType.OriginalDefinition,
                        value.SemanticModel?.Compilation.GetSpecialType(SpecialType.System_Collections_Generic_IEnumerable_T)))
                {
                    return null;
                }

                return Filters.Contains(linq.Name) && IsOfParameters(linq.ReturnType, types)
                    ? linq.Name
                    : query
                        .Arguments.Where(argument =>
                            argument.Parameter?.Type is INamedTypeSymbol { IsGenericType: true, TypeKind: TypeKind.Interface })
                        .Select(argument => Filter(argument.Value, types, members, cancellation))
                        .FirstOrDefault(found => found is not null);
            case IInvocationOperation { TargetMethod: { IsAbstract: false, IsVirtual: false } own }
                when IsOfParameters(own.ReturnType, types) && IsIterator(own, cancellation):
                return own.Name;
            default:
                return null;
        }
    }

    private static bool IsOfParameters(ITypeSymbol? sequence, TorchTypes types) =>
        sequence is INamedTypeSymbol { TypeArguments.Length: 1 } generic
        && (types.IsParameter(generic.TypeArguments[0]) || types.IsTensor(generic.TypeArguments[0]));

    private static bool IsIterator(IMethodSymbol method, CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.Any(reference =>
            reference.GetSyntax(cancellation).DescendantNodes().OfType<YieldStatementSyntax>().Any());
}
