using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>The fields and properties of a class that hold a value, as opposed to computing one.</summary>
internal static class StoredMembers
{
    private static readonly string[] RoleAttributes = ["BackboneAttribute", "HeadAttribute", "FrozenAttribute"];

    // What the layers of TorchSharp.Modules that have no parameters have in common is only that they are not one of these.
    private static readonly string[] LayersWithParameters =
    [
        "Linear",
        "Bilinear",
        "Conv",
        "BatchNorm",
        "InstanceNorm",
        "GroupNorm",
        "LayerNorm",
        "Embedding",
        "RNN",
        "LSTM",
        "GRU",
        "MultiheadAttention",
        "Transformer",
        "PReLU",
        "Sequential",
        "Module",
        "Parameter",
    ];

    /// <summary>Each of them with the type of what it holds.</summary>
    public static IEnumerable<(ISymbol Member, ITypeSymbol Type)> Of(INamedTypeSymbol type) =>
        type.GetMembers().Select(member => (member, TypeOf(member)!)).Where(stored => stored.Item2 is not null);

    /// <summary>The type of what a member holds; null for one that holds nothing.</summary>
    public static ITypeSymbol? TypeOf(ISymbol member) =>
        member switch
        {
            IFieldSymbol { IsImplicitlyDeclared: false, IsConst: false } field => field.Type,
            IPropertySymbol { IsIndexer: false, IsAbstract: false } property when HasBackingField(property) => property.Type,
            _ => null,
        };

    /// <summary>The names of the roles that the attributes of a member give it: Backbone, Head, Frozen.</summary>
    public static IReadOnlyList<string> RolesOf(ISymbol member) =>
        [
            .. member
                .GetAttributes()
                .Where(attribute =>
                    attribute.AttributeClass
                        is { ContainingNamespace: { Name: "FineTune", ContainingNamespace.IsGlobalNamespace: true }, Name: var name }
                    && RoleAttributes.Contains(name))
                .Select(attribute => attribute.AttributeClass!.Name.Replace("Attribute", "")),
        ];

    /// <summary>The part that <c>[Head("fc")]</c> names inside a member; null where the member itself is the head, or none.</summary>
    public static string? HeadPartOf(ISymbol member) =>
        member
            .GetAttributes()
            .Where(attribute => attribute.AttributeClass?.ToDisplayString() == MetadataNames.HeadAttribute)
            .SelectMany(attribute => attribute.ConstructorArguments)
            .FirstOrDefault()
            .Value as string;

    /// <summary>
    /// Whether a module of this type may have parameters: all but the layers of TorchSharp that have none, as ReLU and Dropout, and
    /// sealed classes in source that hold nothing but numbers and texts.
    /// </summary>
    public static bool MayHaveParameters(ITypeSymbol module) =>
        module.ContainingNamespace?.ToDisplayString() == "TorchSharp.Modules"
            ? LayersWithParameters.Any(name => module.Name.StartsWith(name, StringComparison.Ordinal))
            : !module.IsSealed || !HoldsNumbersOnly(module);

    private static bool HoldsNumbersOnly(ITypeSymbol module) =>
        (module.ContainingType is { Name: "nn" } && Namespaces.Outermost(module.ContainingNamespace) == "TorchSharp")
        || (
            !module.DeclaringSyntaxReferences.IsEmpty
            && module.GetMembers().All(member =>
                member is not IFieldSymbol { IsStatic: false, Type: var held }
                || held.SpecialType is not (SpecialType.None or SpecialType.System_Object)
                || held.TypeKind == TypeKind.Enum)
            && !module.DeclaringSyntaxReferences.Any(declared => Registers(declared.GetSyntax()))
            && module.BaseType is { } ancestor
            && HoldsNumbersOnly(ancestor));

    /// <summary>Whether a class registers by name what it holds nowhere else.</summary>
    private static bool Registers(SyntaxNode declaration) =>
        declaration.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name =>
            name.Identifier.ValueText is "register_parameter" or "register_module" or "add_module");

    private static bool HasBackingField(IPropertySymbol property) =>
        property
            .ContainingType.GetMembers()
            .Any(member => member is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
}
