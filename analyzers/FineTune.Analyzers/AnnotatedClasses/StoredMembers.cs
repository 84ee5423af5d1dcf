using Microsoft.CodeAnalysis;

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

    /// <summary>
    /// Whether a module of this type may have parameters: all but the layers of TorchSharp that have none, as ReLU and Dropout.
    /// </summary>
    public static bool MayHaveParameters(ITypeSymbol module) =>
        module.ContainingNamespace?.ToDisplayString() != "TorchSharp.Modules"
        || LayersWithParameters.Any(name => module.Name.StartsWith(name, StringComparison.Ordinal));

    private static bool HasBackingField(IPropertySymbol property) =>
        property
            .ContainingType.GetMembers()
            .Any(member => member is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
}
