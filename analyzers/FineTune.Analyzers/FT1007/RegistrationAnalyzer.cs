using System.Collections.Concurrent;
using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT1007;

/// <summary>FT1007: a constructor of an annotated class that never comes to <c>RegisterComponents</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RegistrationAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the annotated class.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.Registration,
        "Constructor registers no components",
        "'{0}' is constructed here without RegisterComponents, so none of its parts is registered: nothing trains and nothing is "
            + "saved; call it at the end of the constructor",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A module knows its parts once its constructor has called RegisterComponents, which the generator writes. Before that it has "
            + "no parameters: an optimizer gets none, and a checkpoint is empty.",
        RulePages.Of(RuleIds.Registration));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is { } annotated && TorchTypes.In(start.Compilation) is { } torch)
            {
                start.RegisterSymbolStartAction(symbol => Start(symbol, annotated, torch), SymbolKind.NamedType);
            }
        });
    }

    private static void Start(SymbolStartAnalysisContext context, AnnotatedClass annotated, TorchTypes torch)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.IsAbstract
            || !torch.IsModule(type)
            || !annotated.Includes(type)
            || !StoredMembers
                .Of(type)
                .Any(stored => !stored.Member.IsStatic && (torch.IsModule(stored.Type) || torch.IsParameter(stored.Type)))
            || MayRegister(type.BaseType, context.CancellationToken))
        {
            return;
        }

        var reach = new Reach(type);
        context.RegisterOperationAction(
            operation => reach.Add(operation.Operation, operation.ContainingSymbol),
            OperationKind.Invocation,
            OperationKind.InstanceReference);
        context.RegisterSymbolEndAction(end =>
        {
            foreach (var constructor in type.InstanceConstructors)
            {
                if (!reach.Registers(constructor))
                {
                    end.ReportDiagnostic(Diagnostic.Create(Rule, constructor.Locations[0], type.Name));
                }
            }
        });
    }

    /// <summary>Whether a base class registers, or may, because its source is not here.</summary>
    private static bool MayRegister(INamedTypeSymbol? type, CancellationToken cancellation)
    {
        for (; type is not null && !TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"); type = type.BaseType)
        {
            if (type.DeclaringSyntaxReferences.IsEmpty
                || type.DeclaringSyntaxReferences.Any(reference =>
                    reference.GetSyntax(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>().Any(Registers)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Registers(InvocationExpressionSyntax call) =>
        (call.Expression as IdentifierNameSyntax ?? (call.Expression as MemberAccessExpressionSyntax)?.Name)?.Identifier.ValueText
            is { } name
        && IsRegistration(name)
        && call.FirstAncestorOrSelf<MethodDeclarationSyntax>()?.Identifier.ValueText != "RegisterComponents";

    private static bool IsRegistration(string name) => name is "RegisterComponents" or "register_module" or "register_parameter";

    /// <summary>Which methods of a class come to the registration, as far as calls tell.</summary>
    private sealed class Reach(INamedTypeSymbol type)
    {
        private readonly ConcurrentBag<(ISymbol Caller, IMethodSymbol Callee)> calls = [];
        private readonly ConcurrentBag<ISymbol> registering = [];

        public void Add(IOperation operation, ISymbol caller)
        {
            switch (operation)
            {
                case IInvocationOperation { TargetMethod: var method } when IsRegistration(method.Name):
                    if (caller.Name != "RegisterComponents")
                    {
                        registering.Add(caller);
                    }

                    break;
                case IInvocationOperation { Instance: IInstanceReferenceOperation, TargetMethod: var method }:
                    calls.Add((caller, method));
                    break;
                case IInstanceReferenceOperation { Parent: IArgumentOperation or IAssignmentOperation or IConversionOperation }:
                    // Whoever gets the model may register its parts.
                    registering.Add(caller);
                    break;
            }
        }

        public bool Registers(IMethodSymbol constructor)
        {
            // A method that no constructor calls registers too: a factory, say, that calls it on what it constructs.
            var reached = new HashSet<ISymbol>(type.InstanceConstructors, SymbolEqualityComparer.Default);
            foreach (var other in type.InstanceConstructors)
            {
                Close(other, reached);
            }

            return registering.Any(symbol => !reached.Contains(symbol))
                || Comes(constructor, new HashSet<ISymbol>(SymbolEqualityComparer.Default));
        }

        private bool Comes(ISymbol from, HashSet<ISymbol> seen)
        {
            if (!seen.Add(from))
            {
                return false;
            }

            if (registering.Contains(from, SymbolEqualityComparer.Default))
            {
                return true;
            }

            return calls
                .Where(call => SymbolEqualityComparer.Default.Equals(call.Caller, from))
                .Any(call =>
                    IsOwn(call.Callee)
                        ? call.Callee.IsVirtual || call.Callee.IsOverride || Comes(call.Callee, seen)
                        : !TorchTypes.IsLibrary(call.Callee)
                            && call.Callee.MethodKind != MethodKind.Constructor
                            && call.Callee.ContainingType.SpecialType != SpecialType.System_Object);
        }

        private void Close(ISymbol from, HashSet<ISymbol> reached)
        {
            foreach (var (caller, callee) in calls)
            {
                if (SymbolEqualityComparer.Default.Equals(caller, from) && IsOwn(callee) && reached.Add(callee))
                {
                    Close(callee, reached);
                }
            }
        }

        private bool IsOwn(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingType, type);
    }
}
