using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>Reads the members that hold modules, parameters and buffers, and what their attributes say.</summary>
internal static class ComponentParser
{
    public static EquatableArray<Component> Parse(INamedTypeSymbol type, TorchTypes torch, CancellationToken cancellation)
    {
        var components = new List<Component>();
        foreach (var member in DeclarationOrder.Of(type))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!member.IsStatic && member.Name.Length > 0 && TypeOfStorage(member) is { } stored && torch.KindOf(stored) is { } kind)
                components.Add(Read(member, kind, stored.NullableAnnotation == NullableAnnotation.Annotated));
        }

        // A name that is declared twice is an error already; a reference to it would be a second one.
        return new(components.Where(component => type.GetMembers(component.Name).Length == 1));
    }

    private static Component Read(ISymbol member, ComponentKind kind, bool isNullable)
    {
        var backbone = Annotations.Find(member, MetadataNames.BackboneAttribute);
        var head = Annotations.Find(member, MetadataNames.HeadAttribute);

        return new(
            member.Name,
            kind,
            isNullable,
            RoleOf(member, backbone, head),
            head?.RateNamed("LearningRate"),
            Annotations.Find(member, MetadataNames.FineTuneLRAttribute)?.Rate(),
            backbone?.EnumNamed("BatchNorm") == "Train");
    }

    private static ComponentRole? RoleOf(ISymbol member, AttributeData? backbone, AttributeData? head) =>
        Annotations.Find(member, MetadataNames.FrozenAttribute) is not null ? ComponentRole.Frozen
        : backbone is not null ? ComponentRole.Backbone
        : head is not null ? ComponentRole.Head
        : null;

    /// <summary>The type of the value that a member stores; null for a property that computes its value.</summary>
    private static ITypeSymbol? TypeOfStorage(ISymbol member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol { GetMethod: not null } property when HasBackingField(property) => property.Type,
        _ => null,
    };

    private static bool HasBackingField(IPropertySymbol property) =>
        property.ContainingType.GetMembers().Any(member =>
            member is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
}
