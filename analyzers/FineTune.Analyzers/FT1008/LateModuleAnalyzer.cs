using System.Collections.Concurrent;
using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT1008;

/// <summary>FT1008: a part of an annotated class that registration misses, because it is static or assigned afterwards.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LateModuleAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the member; {1}: why registration misses it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.LateModule,
        "Module that registration misses",
        "'{0}' {1}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "RegisterComponents registers what the members of an instance hold when it is called. A static member belongs to no "
            + "instance; a member that is assigned later holds a module that the model does not know: it is not saved, not moved to a "
            + "device and not put into training mode.",
        RulePages.Of(RuleIds.LateModule));

    /// <summary>The property that is there where the member is static.</summary>
    internal const string StaticProperty = "static";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is not { } annotated || TorchTypes.In(start.Compilation) is not { } torch)
            {
                return;
            }

            var constructions = new ConcurrentDictionary<INamedTypeSymbol, Construction>(SymbolEqualityComparer.Default);
            start.RegisterSymbolAction(symbol => AnalyzeStatic(symbol, annotated, torch), SymbolKind.NamedType);
            start.RegisterOperationAction(
                operation => AnalyzeAssignment(operation, annotated, torch, constructions),
                OperationKind.SimpleAssignment,
                OperationKind.CoalesceAssignment);
        });
    }

    private static void AnalyzeStatic(SymbolAnalysisContext context, AnnotatedClass annotated, TorchTypes torch)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!torch.IsModule(type) || !annotated.Includes(type))
        {
            return;
        }

        foreach (var (member, stored) in StoredMembers.Of(type))
        {
            if (member.IsStatic && torch.IsModule(stored) && StoredMembers.MayHaveParameters(stored))
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(
                        Rule,
                        member.Locations[0],
                        ImmutableDictionary<string, string?>.Empty.Add(StaticProperty, ""),
                        member.Name,
                        "is static: all instances share it, and none registers it; make it an instance's own"));
            }
        }
    }

    private static void AnalyzeAssignment(
        OperationAnalysisContext context,
        AnnotatedClass annotated,
        TorchTypes torch,
        ConcurrentDictionary<INamedTypeSymbol, Construction> constructions)
    {
        var assignment = (IAssignmentOperation)context.Operation;
        if (assignment.Target is not IMemberReferenceOperation { Member: { IsStatic: false } member } target
            || !torch.IsModule(target.Type)
            || !annotated.Includes(member.ContainingType)
            || StoredMembers.TypeOf(member) is not { } stored
            || !torch.IsModule(stored)
            || !IsAnotherModule(assignment.Value, member)
            || context.ContainingSymbol is not IMethodSymbol method)
        {
            return;
        }

        var construction = constructions.GetOrAdd(member.ContainingType, type => Construction.Of(type, context.CancellationToken));
        var isOwn = target.Instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance };
        if (construction.RegistersInConstructor && !Registers(assignment) && IsAfterRegistration(assignment, method, isOwn, construction))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Rule,
                    target.Syntax.GetLocation(),
                    member.Name,
                    "is assigned after RegisterComponents, so the model does not know what it holds now: it is neither saved nor "
                        + "moved with the model; assign it before, once"));
        }
    }

    private static bool IsAfterRegistration(IOperation assignment, IMethodSymbol method, bool isOwn, Construction construction)
    {
        // Of another object, all that its constructor does is done.
        if (!isOwn)
        {
            return true;
        }

        if (method.MethodKind is MethodKind.Constructor)
        {
            return IsPreceded(assignment);
        }

        return !method.IsVirtual
            && !method.IsOverride
            && !method.IsAbstract
            && !construction.Mentions((method.AssociatedSymbol ?? method).Name)
            && !IsInFunction(assignment);
    }

    // In the order of the text: a constructor with loops around its registration is not one that we can follow.
    private static bool IsPreceded(IOperation assignment)
    {
        if (IsInFunction(assignment))
        {
            return false;
        }

        for (var (inner, outer) = (assignment, assignment.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            if (outer is ILoopOperation)
            {
                return false;
            }

            if (outer is IBlockOperation block
                && block
                    .Operations.TakeWhile(sibling => sibling != inner)
                    .OfType<IExpressionStatementOperation>()
                    .Any(before => before.Operation is IInvocationOperation { TargetMethod.Name: "RegisterComponents" }))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the method that assigns also registers, after the assignment.</summary>
    private static bool Registers(IOperation assignment)
    {
        var root = assignment;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        return root.Descendants()
            .Any(operation =>
                operation is IInvocationOperation { TargetMethod.Name: "RegisterComponents" or "register_module" }
                && operation.Syntax.SpanStart > assignment.Syntax.SpanStart);
    }

    private static bool IsInFunction(IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a value is a module, and not the same one again as in <c>head = head.to(device)</c>.</summary>
    private static bool IsAnotherModule(IOperation value, ISymbol member)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        if (value.ConstantValue.HasValue || value is IDefaultValueOperation)
        {
            return false;
        }

        while (value is IInvocationOperation { TargetMethod: var method } call)
        {
            var receiver = call.Instance ?? (method.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);
            if (receiver is null)
            {
                return true;
            }

            value = receiver is IConversionOperation converted ? converted.Operand : receiver;
        }

        return value is not IMemberReferenceOperation reference || !SymbolEqualityComparer.Default.Equals(reference.Member, member);
    }

    /// <summary>What the constructors of a class do, by the names that they mention.</summary>
    private sealed class Construction
    {
        private readonly HashSet<string> names = [];

        public bool RegistersInConstructor { get; private set; }

        /// <summary>Whether a constructor reaches a member of this name.</summary>
        public bool Mentions(string name) => names.Contains(name);

        public static Construction Of(INamedTypeSymbol type, CancellationToken cancellation)
        {
            var construction = new Construction();
            var members = type
                .DeclaringSyntaxReferences.SelectMany(reference =>
                    (reference.GetSyntax(cancellation) as TypeDeclarationSyntax)?.Members ?? default)
                .ToLookup(NameOf);
            foreach (var constructor in members[".ctor"])
            {
                construction.RegistersInConstructor |= constructor
                    .DescendantNodes()
                    .OfType<InvocationExpressionSyntax>()
                    .Any(call =>
                        call.Expression
                            is IdentifierNameSyntax { Identifier.ValueText: "RegisterComponents" }
                                or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "RegisterComponents" });
                construction.Add(constructor, members);
            }

            return construction;
        }

        private void Add(MemberDeclarationSyntax member, ILookup<string, MemberDeclarationSyntax> members)
        {
            foreach (var name in member.DescendantNodes().OfType<SimpleNameSyntax>().Select(name => name.Identifier.ValueText))
            {
                if (names.Add(name))
                {
                    foreach (var mentioned in members[name])
                    {
                        Add(mentioned, members);
                    }
                }
            }
        }

        private static string NameOf(MemberDeclarationSyntax member) =>
            member switch
            {
                ConstructorDeclarationSyntax => ".ctor",
                MethodDeclarationSyntax method => method.Identifier.ValueText,
                PropertyDeclarationSyntax property => property.Identifier.ValueText,
                _ => "",
            };
    }
}
