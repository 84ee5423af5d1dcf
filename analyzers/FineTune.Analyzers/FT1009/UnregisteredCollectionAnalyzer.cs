using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Registration;
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

    private static readonly string[] Parts =
    [
        "RegisterComponents",
        "parameters",
        "named_parameters",
        "children",
        "named_children",
        "modules",
        "named_modules",
        "state_dict",
    ];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is { } torch)
            {
                var annotated = AnnotatedClass.In(start.Compilation);
                start.RegisterSymbolStartAction(symbol => Start(symbol, annotated, torch), SymbolKind.NamedType);
            }
        });
    }

    private static void Start(SymbolStartAnalysisContext context, AnnotatedClass? annotated, TorchTypes torch)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!torch.IsModule(type))
        {
            return;
        }

        var isAnnotated = annotated?.Includes(type) == true;
        var suspects = StoredMembers
            .Of(type)
            .Where(stored => !stored.Member.IsStatic && (isAnnotated || stored.Member.DeclaredAccessibility == Accessibility.Private))
            .Select(stored => (stored.Member, Collection: ModuleCollection.Of(stored.Type, torch)!))
            .Where(suspect => suspect.Collection is not null && StoredMembers.RolesOf(suspect.Member).Count == 0)
            .ToList();
        if (suspects.Count == 0 || (!isAnnotated && TellsParts(type)))
        {
            return;
        }

        var uses = new Uses(suspects.ConvertAll(suspect => suspect.Member), torch);
        context.RegisterOperationAction(
            operation => uses.Add(operation.Operation),
            OperationKind.Invocation,
            OperationKind.FieldReference,
            OperationKind.PropertyReference,
            OperationKind.LocalReference,
            OperationKind.VariableDeclarator,
            OperationKind.FieldInitializer,
            OperationKind.PropertyInitializer);
        context.RegisterSymbolEndAction(end =>
        {
            foreach (var (member, collection) in suspects)
            {
                var use = uses.Of(member);
                if (uses.RegistersByHand || use.MakesModule || HoldsMembersOnly(use, type))
                {
                    continue;
                }

                // The generator's registration is known; of any other class only what leaves no doubt is said.
                if (isAnnotated || (uses.RegistersComponents && !use.Leaves && use.HoldsOwn(torch, uses.OfVariable)))
                {
                    end.ReportDiagnostic(
                        Diagnostic.Create(
                            Rule,
                            member.Locations[0],
                            collection.Properties,
                            member.Name,
                            collection.Kind,
                            collection.Advice));
                }
            }
        });
    }

    /// <summary>Whether a class, or one of the user's that it derives from, says itself what its parts are.</summary>
    private static bool TellsParts(INamedTypeSymbol? type)
    {
        for (; type is not null && !TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"); type = type.BaseType)
        {
            if (Parts.Any(name => !type.GetMembers(name).IsEmpty))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a collection only lists what members of the class hold, which are registered themselves.</summary>
    private static bool HoldsMembersOnly(CollectionUse use, INamedTypeSymbol type) =>
        use.Values.Count > 0
        && use.Values.All(value =>
            SingleAssignment.Unconverted(value) is not IInvocationOperation
            && CollectionUse.Listed(value).ToList() is { Count: > 0 } listed
            && listed.TrueForAll(element => IsMember(element, type)));

    private static bool IsMember(IOperation value, INamedTypeSymbol type) =>
        SingleAssignment.Unconverted(value)
            is IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member.ContainingType: { } declaring }
        && SymbolEqualityComparer.Default.Equals(declaring, type);

    /// <summary>What the code of one class does with its collections of modules, whichever thread reads which part of it.</summary>
    private sealed class Uses(IReadOnlyList<ISymbol> members, TorchTypes torch)
    {
        private readonly Dictionary<ISymbol, CollectionUse> found = new(SymbolEqualityComparer.Default);

        public bool RegistersByHand { get; private set; }

        public bool RegistersComponents { get; private set; }

        public CollectionUse Of(ISymbol holder)
        {
            lock (found)
            {
                return found.TryGetValue(holder, out var use) ? use : found[holder] = new();
            }
        }

        public CollectionUse? OfVariable(ILocalSymbol variable) => Of(variable);

        public void Add(IOperation operation)
        {
            switch (operation)
            {
                case IInvocationOperation { TargetMethod.Name: "register_module" or "add_module" or "register_parameter" }:
                    RegistersByHand = true;
                    break;
                case IInvocationOperation { TargetMethod.Name: "RegisterComponents" }:
                    RegistersComponents = true;
                    break;
                case IMemberReferenceOperation { Member: var member } when members.Contains(member, SymbolEqualityComparer.Default):
                    Note(member, use => use.Add(operation));
                    break;
                case ILocalReferenceOperation { Local: var local } when IsCollection(local.Type):
                    Note(local, use => use.Add(operation));
                    break;
                case IVariableDeclaratorOperation { Symbol: var local, Initializer.Value: { } value } when IsCollection(local.Type):
                    Note(local, use => use.AddValue(value));
                    break;
                case IFieldInitializerOperation initializer:
                    NoteAll(initializer.InitializedFields, initializer.Value);
                    break;
                case IPropertyInitializerOperation initializer:
                    NoteAll(initializer.InitializedProperties, initializer.Value);
                    break;
            }
        }

        private bool IsCollection(ITypeSymbol type) => ModuleCollection.Of(type, torch) is not null;

        private void NoteAll(IEnumerable<ISymbol> initialized, IOperation value)
        {
            foreach (var member in initialized.Where(member => members.Contains(member, SymbolEqualityComparer.Default)))
            {
                Note(member, use => use.AddValue(value));
            }
        }

        private void Note(ISymbol holder, Action<CollectionUse> note)
        {
            var use = Of(holder);
            lock (use)
            {
                note(use);
            }
        }
    }
}
