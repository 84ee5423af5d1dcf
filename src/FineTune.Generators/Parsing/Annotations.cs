using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>The attributes that make a class an annotated one, and where they stand on it.</summary>
internal static class Annotations
{
    /// <summary>On members.</summary>
    private static readonly string[] OnMembers =
        [MetadataNames.BackboneAttribute, MetadataNames.HeadAttribute, MetadataNames.FrozenAttribute];

    /// <summary>On the class, or on class and members.</summary>
    private static readonly string[] OnClasses =
    [
        MetadataNames.UnfreezeLastAttribute, MetadataNames.UnfreezeFirstAttribute, MetadataNames.UnfreezeAttribute,
        MetadataNames.GradualUnfreezeAttribute, MetadataNames.LayerDecayAttribute, MetadataNames.NoWeightDecayAttribute,
        MetadataNames.FineTuneLRAttribute,
    ];

    public static IReadOnlyList<string> All { get; } = [.. OnMembers, .. OnClasses];

    /// <summary>
    /// The one attribute of the class that its file is written for, whatever the order of the source files.
    /// </summary>
    public static AttributeData? First(INamedTypeSymbol type)
    {
        var members = DeclarationOrder.Of(type);
        foreach (var name in OnMembers)
        {
            foreach (var member in members)
            {
                if (Find(member, name) is { } attribute)
                {
                    return attribute;
                }
            }
        }

        foreach (var name in OnClasses)
        {
            if (Find(type, name) is { } attribute)
            {
                return attribute;
            }
        }

        return null;
    }

    /// <summary>The attribute of that metadata name on a symbol.</summary>
    public static AttributeData? Find(ISymbol symbol, string metadataName)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass is { } type && IsNamed(type, metadataName))
            {
                return attribute;
            }
        }

        return null;
    }

    private static bool IsNamed(INamedTypeSymbol type, string metadataName) =>
        type.ContainingType is null
        && type.ContainingNamespace is { Name: "FineTune", ContainingNamespace.IsGlobalNamespace: true }
        && metadataName.Length == "FineTune.".Length + type.MetadataName.Length
        && metadataName.EndsWith(type.MetadataName, StringComparison.Ordinal);
}
