using System.Collections.Concurrent;
using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT1009;

/// <summary>FT1009: modules in a collection that is no module itself, so that none of them is registered.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnregisteredCollectionAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the member; {1}: what kind of collection it is; {2}: what to make of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnregisteredCollection,
        "Modules in a collection that is not registered",
        "'{0}' keeps modules in {1}, which is not registered: they are neither trained nor saved; make it {2}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Registration finds modules, parameters and buffers in members. It does not look into arrays, lists, dictionaries and "
            + "tuples: what is in there has no name in the state of the model, and no optimizer gets its parameters. ModuleList and "
            + "ModuleDict are modules.",
        RulePages.Of(RuleIds.UnregisteredCollection));

    /// <summary>The properties that the fix reads: ModuleList or ModuleDict, and the type of the modules.</summary>
    internal const string ContainerProperty = "container",
        ElementProperty = "element";

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
        if (!torch.IsModule(type) || !annotated.Includes(type))
        {
            return;
        }

        var suspects = StoredMembers
            .Of(type)
            .Where(stored => !stored.Member.IsStatic)
            .Select(stored => (stored.Member, Collection: Collection.Of(stored.Type, torch)!))
            .Where(suspect => suspect.Collection is not null)
            .ToList();
        if (suspects.Count == 0)
        {
            return;
        }

        var registersByHand = false;
        var values = new ConcurrentBag<(ISymbol Member, IOperation Value)>();
        context.RegisterOperationAction(
            operation =>
            {
                switch (operation.Operation)
                {
                    case IInvocationOperation { TargetMethod.Name: "register_module" or "add_module" or "register_parameter" }:
                        registersByHand = true;
                        break;
                    case ISimpleAssignmentOperation { Target: IMemberReferenceOperation target } assignment:
                        values.Add((target.Member, assignment.Value));
                        break;
                    case IFieldInitializerOperation initializer:
                        foreach (var field in initializer.InitializedFields)
                        {
                            values.Add((field, initializer.Value));
                        }

                        break;
                    case IPropertyInitializerOperation initializer:
                        foreach (var property in initializer.InitializedProperties)
                        {
                            values.Add((property, initializer.Value));
                        }

                        break;
                }
            },
            OperationKind.Invocation,
            OperationKind.SimpleAssignment,
            OperationKind.FieldInitializer,
            OperationKind.PropertyInitializer);
        context.RegisterSymbolEndAction(end =>
        {
            if (registersByHand)
            {
                return;
            }

            foreach (var (member, collection) in suspects)
            {
                var held = values.Where(value => SymbolEqualityComparer.Default.Equals(value.Member, member)).ToList();
                if (held.Count > 0 && held.TrueForAll(value => HoldsMembersOnly(value.Value, type)))
                {
                    continue;
                }

                var properties = collection.Container is null
                    ? null
                    : ImmutableDictionary<string, string?>
                        .Empty.Add(ContainerProperty, collection.Container)
                        .Add(ElementProperty, collection.Element);
                end.ReportDiagnostic(
                    Diagnostic.Create(
                        Rule,
                        member.Locations[0],
                        properties,
                        member.Name,
                        collection.Kind,
                        collection.Container is null ? "a member for each" : $"a {collection.Container}<{collection.Element}>"));
            }
        });
    }

    /// <summary>Whether a collection only lists what members of the class hold, which are registered themselves.</summary>
    private static bool HoldsMembersOnly(IOperation value, INamedTypeSymbol type)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        var elements = value switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation collection => collection.Elements,
            ITupleOperation tuple => tuple.Elements,
            IObjectCreationOperation { Initializer: { } initializer } => initializer.Initializers.Select(added =>
                added switch
                {
                    IInvocationOperation { Arguments: { Length: > 0 } arguments } => arguments[arguments.Length - 1].Value,
                    ISimpleAssignmentOperation assignment => assignment.Value,
                    _ => added,
                }),
            _ => null,
        };
        var listed = elements?.ToList();
        return listed is { Count: > 0 } && listed.TrueForAll(element => IsMember(element, type));
    }

    private static bool IsMember(IOperation value, INamedTypeSymbol type)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value is IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member.ContainingType: { } declaring }
            && SymbolEqualityComparer.Default.Equals(declaring, type);
    }

    /// <summary>A type that holds modules and is none.</summary>
    /// <param name="Kind">What to call it.</param>
    /// <param name="Container">The module that can stand in its place; null where none can.</param>
    /// <param name="Element">The type of the modules, as the user would write it.</param>
    private sealed record Collection(string Kind, string? Container, string Element)
    {
        private static readonly string[] Lists =
        [
            "List",
            "IList",
            "IReadOnlyList",
            "ICollection",
            "IReadOnlyCollection",
            "IEnumerable",
            "LinkedList",
            "Queue",
            "Stack",
            "HashSet",
            "ISet",
            "ImmutableArray",
            "ImmutableList",
        ];

        private static readonly string[] Dictionaries =
        [
            "Dictionary",
            "IDictionary",
            "IReadOnlyDictionary",
            "SortedDictionary",
            "OrderedDictionary",
            "ImmutableDictionary",
        ];

        public static Collection? Of(ITypeSymbol type, TorchTypes torch) =>
            type switch
            {
                IArrayTypeSymbol { Rank: 1 } array when torch.IsModule(array.ElementType) => new(
                    "an array",
                    "ModuleList",
                    Name(array.ElementType)),
                INamedTypeSymbol { IsTupleType: true } tuple when tuple.TupleElements.Any(element => torch.IsModule(element.Type)) => new(
                    "a tuple",
                    null,
                    ""),
                INamedTypeSymbol { TypeArguments.Length: 1 } list
                    when Lists.Contains(list.Name) && IsOfSystem(list) && torch.IsModule(list.TypeArguments[0]) => new(
                    "a list",
                    "ModuleList",
                    Name(list.TypeArguments[0])),
                INamedTypeSymbol { TypeArguments.Length: 2 } dictionary
                    when Dictionaries.Contains(dictionary.Name) && IsOfSystem(dictionary) && torch.IsModule(dictionary.TypeArguments[1]) =>
                    new(
                        "a dictionary",
                        dictionary.TypeArguments[0].SpecialType == SpecialType.System_String ? "ModuleDict" : null,
                        Name(dictionary.TypeArguments[1])),
                _ => null,
            };

        private static bool IsOfSystem(INamedTypeSymbol type) =>
            type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true;

        private static string Name(ITypeSymbol type) =>
            type.WithNullableAnnotation(NullableAnnotation.NotAnnotated)
                .ToDisplayString(
                    SymbolDisplayFormat.MinimallyQualifiedFormat.AddMiscellaneousOptions(
                        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier));
    }
}
