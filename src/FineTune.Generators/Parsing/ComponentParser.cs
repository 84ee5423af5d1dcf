using FineTune.Generators.Model;
using FineTune.Generators.Parsing.Split;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>Reads the members that hold modules, parameters and buffers, and what their attributes say.</summary>
internal static class ComponentParser
{
    /// <summary>The components of the class, after those of base classes that nobody registers.</summary>
    public static EquatableArray<Component> Parse(
        INamedTypeSymbol type,
        IEnumerable<INamedTypeSymbol> bases,
        TorchTypes torch,
        Compilation compilation,
        CancellationToken cancellation)
    {
        var components = new List<Component>();
        foreach (var declaring in bases.Append(type))
        {
            foreach (var member in DeclarationOrder.Of(declaring))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!member.IsStatic && IsNamed(member) && TypeOfStorage(member) is { } stored && torch.KindOf(stored) is { } kind)
                {
                    var component = Read(
                        member,
                        kind,
                        stored,
                        torch,
                        type,
                        isInherited: !SymbolEqualityComparer.Default.Equals(declaring, type));
                    components.Add(
                        HasSteps(component) && stored is INamedTypeSymbol module
                            ? StageParser.Parse(type, component, module, torch, compilation, cancellation)
                            : component);
                }
            }
        }

        // Names that occur twice: a derived class hides what its base holds, and only one can have the name.
        return new(components
            .GroupBy(static component => component.Name)
            .Select(static same => same.Last()));
    }

    private static bool HasSteps(Component component) => component is
    { Role: ComponentRole.Backbone, Kind: ComponentKind.Module, MapsTensorToTensor: true, IsNullable: false, PrivateOf: null };

    // A name that is still to be typed is empty. One that is declared twice is an error already; a reference to it
    // would be a second one.
    private static bool IsNamed(ISymbol member) =>
        member.Name.Length > 0 && member.ContainingType.GetMembers(member.Name).Length == 1;

    private static Component Read(
        ISymbol member,
        ComponentKind kind,
        ITypeSymbol type,
        TorchTypes torch,
        INamedTypeSymbol owner,
        bool isInherited)
    {
        var backbone = Annotations.Find(member, MetadataNames.BackboneAttribute);
        var head = Annotations.Find(member, MetadataNames.HeadAttribute);
        // A buffer does not train: a role on one is an error that an analyzer states, and is not listed as if it had an effect.
        var role = kind == ComponentKind.Buffer ? null : RoleOf(member, backbone, head);
        var hasBlocks = role == ComponentRole.Backbone && kind == ComponentKind.Module;
        var part = hasBlocks && head?.Text() is { } path ? new HeadPart(path, head.RateNamed("LearningRate")) : null;
        var isHidden = isInherited && member.DeclaredAccessibility == Accessibility.Private;

        return new(
            member.Name,
            kind,
            type.NullableAnnotation == NullableAnnotation.Annotated,
            torch.MapsTensorToTensor(type),
            isHidden ? member.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) : null,
            isHidden ? type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) : null,
            role,
            part is null ? head?.RateNamed("LearningRate") : null,
            Annotations.Find(member, MetadataNames.FineTuneLRAttribute)?.Rate(),
            backbone?.EnumNamed("BatchNorm") == "Train",
            hasBlocks ? Nearest(member, owner, MetadataNames.LayerDecayAttribute)?.Rate() : null,
            Nearest(member, owner, MetadataNames.NoWeightDecayAttribute) is null)
        {
            Head = part,
        };
    }

    /// <summary>An attribute of a member, else of its class or of one that it derives from.</summary>
    private static AttributeData? Nearest(ISymbol member, INamedTypeSymbol owner, string attribute)
    {
        var nearest = Annotations.Find(member, attribute);
        for (var current = owner; nearest is null && current is not null; current = current.BaseType)
        {
            nearest = Annotations.Find(current, attribute);
        }

        return nearest;
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
