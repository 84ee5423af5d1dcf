using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>
/// Reads an annotated class into a value without symbols. Null where a file would be unsound (the class or a
/// type around it is not partial, it is no module) or where another of its declarations answers for it.
/// </summary>
internal static class ClassParser
{
    /// <param name="type">The class.</param>
    /// <param name="declaration">The declaration that is asked for it.</param>
    /// <param name="model">The semantic model of the declaration's file.</param>
    /// <param name="read">Gets the files, besides those of the class, of its bases and of what they hold, whose bodies were looked
    /// into.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static AnnotatedClass? Parse(
        INamedTypeSymbol type,
        TypeDeclarationSyntax declaration,
        SemanticModel model,
        ISet<SyntaxTree> read,
        CancellationToken cancellation)
    {
        if (Annotations.First(type)?.ApplicationSyntaxReference is not { } first
            || first.SyntaxTree != declaration.SyntaxTree
            || !declaration.Span.Contains(first.Span)
            || TorchTypes.Of(model.Compilation) is not { } torch
            || model.Compilation.GetTypeByMetadataName(MetadataNames.IFineTunable) is null
            || !torch.IsModule(type)
            || Declaration.Namespace(type) is not { } space
            || Declaration.Hierarchy(type, cancellation) is not { } hierarchy)
        {
            return null;
        }

        cancellation.ThrowIfCancellationRequested();
        var ancestry = Ancestry.Of(type, torch, cancellation);
        var taken = NameTable.Taken(type, ancestry.Annotated);
        if (ancestry.Annotated is { } parent && (taken.Any(GeneratedNames.IsOverridable) || !CanBeOverridden(parent, torch, cancellation)))
        {
            return null;
        }

        var components = ComponentParser.Parse(type, ancestry.Unregistered, torch, model.Compilation, cancellation);

        return new(
            type.ToDisplayString(FullNameFormat),
            Declaration.HintName(type),
            space,
            hierarchy,
            ancestry.Summary,
            components,
            Ancestry.FineTuneRate(type),
            Annotations.Find(type, MetadataNames.FineTuneLRAttribute) is not null,
            UnfreezingOf(type, MetadataNames.UnfreezeLastAttribute),
            UnfreezingOf(type, MetadataNames.UnfreezeFirstAttribute),
            new(Annotations.Find(type, MetadataNames.UnfreezeAttribute)?.Strings() ?? []),
            Annotations.Find(type, MetadataNames.GradualUnfreezeAttribute)?.Integer(),
            HiddenNames(type),
            type.IsSealed,
            SignatureParser.Of(type, torch),
            ForwardParser.IsToBeWritten(type, components, torch),
            ForwardOf(type, ancestry, components, torch, model.Compilation, taken, read, cancellation),
            taken,
            NameTable.Free(type, "layers"),
            NameTable.Free(type, "phase"),
            NameTable.Free(type, "compiled"));
    }

    private static readonly SymbolDisplayFormat FullNameFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters);

    // The halves are those of one class; a base class with a forward pass has its own.
    private static ForwardSplit? ForwardOf(
        INamedTypeSymbol type,
        Ancestry ancestry,
        EquatableArray<Component> own,
        TorchTypes torch,
        Compilation compilation,
        EquatableArray<string> taken,
        ISet<SyntaxTree> read,
        CancellationToken cancellation)
    {
        if (ancestry.Annotated is null)
        {
            return ForwardParser.Parse(type, own, torch, compilation, taken, read, cancellation);
        }

        if (ancestry.All.Any(static ancestor => !ancestor.GetMembers("forward").IsEmpty))
        {
            return type.GetMembers("forward").IsEmpty
                ? null
                : ForwardSplit.Impossible("a base class has a forward pass, with halves, of its own");
        }

        var inherited = ComponentParser.Parse(type, ancestry.All, torch, compilation, cancellation);
        return ForwardParser.Parse(type, inherited, torch, compilation, taken, read, cancellation);
    }

    // A base that implements these explicitly leaves nothing to override.
    private static bool CanBeOverridden(INamedTypeSymbol parent, TorchTypes torch, CancellationToken cancellation) =>
        parent.DeclaringSyntaxReferences.IsEmpty
            ? GeneratedNames.Overridable.All(name => IsVirtual(parent, name))
            : !NameTable.Taken(parent, Ancestry.Of(parent, torch, cancellation).Annotated).Any(GeneratedNames.IsOverridable);

    private static bool IsVirtual(INamedTypeSymbol type, string name)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.GetMembers(name).FirstOrDefault() is { } member)
            {
                return member is { DeclaredAccessibility: Accessibility.Public } and ({ IsVirtual: true } or { IsOverride: true });
            }
        }

        return false;
    }

    private static Unfreezing? UnfreezingOf(INamedTypeSymbol type, string attribute) =>
        Annotations.Find(type, attribute) is { } found && found.Integer() is { } count
            ? new(count, found.EnumNamed("Unit") ?? "Layer")
            : null;

    /// <summary>What a class declares by an attribute that a base class has too.</summary>
    private static EquatableArray<string> HiddenNames(INamedTypeSymbol type) =>
        new(
            GeneratedNames
                .ByAttribute.Where(pair => Annotations.Find(type, pair.Attribute) is not null && HasOnBase(type, pair.Attribute))
                .Select(static pair => pair.Name));

    private static bool HasOnBase(INamedTypeSymbol type, string attribute)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (Annotations.Find(current, attribute) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
