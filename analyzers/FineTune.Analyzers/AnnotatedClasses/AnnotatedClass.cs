using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>Which classes the attributes speak of.</summary>
internal sealed class AnnotatedClass
{
    private static readonly PerCompilation<AnnotatedClass?> Shared = new(Find);

    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> included = new(SymbolEqualityComparer.Default);
    private readonly INamedTypeSymbol[] attributes;

    private AnnotatedClass(INamedTypeSymbol[] attributes) => this.attributes = attributes;

    /// <summary>The attributes, or null in a compilation that does not know them.</summary>
    public static AnnotatedClass? In(Compilation compilation) => Shared.Of(compilation);

    /// <summary>Whether the class, or one of its members, has one of the attributes.</summary>
    public bool Includes(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class && included.GetOrAdd(type, IsOrHasAnnotated);

    private static AnnotatedClass? Find(Compilation compilation)
    {
        string[] names =
        [
            MetadataNames.BackboneAttribute,
            MetadataNames.HeadAttribute,
            MetadataNames.FrozenAttribute,
            MetadataNames.UnfreezeLastAttribute,
            MetadataNames.UnfreezeFirstAttribute,
            MetadataNames.UnfreezeAttribute,
            MetadataNames.GradualUnfreezeAttribute,
            MetadataNames.FineTuneLRAttribute,
            MetadataNames.LayerDecayAttribute,
            MetadataNames.NoWeightDecayAttribute,
        ];
        var found = names.Select(compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>().ToArray();
        return found.Length == 0 ? null : new(found);
    }

    private bool IsOrHasAnnotated(INamedTypeSymbol type) =>
        IsAnnotated(type) || type.GetMembers().Any(member => member is IFieldSymbol or IPropertySymbol && IsAnnotated(member));

    private bool IsAnnotated(ISymbol symbol) =>
        symbol.GetAttributes().Any(attribute => attributes.Contains(attribute.AttributeClass, SymbolEqualityComparer.Default));
}
