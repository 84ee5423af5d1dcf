using System.Text;
using FineTune.Generators.Emission;
using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>
/// Reads an annotated class into a value without symbols. Null where a file would be unsound (the class or a
/// type around it is not partial, it is no module) or where another of its attributes answers for it.
/// </summary>
internal static class ClassParser
{
    public static AnnotatedClass? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = context.TargetSymbol as INamedTypeSymbol ?? context.TargetSymbol.ContainingType;
        if (type is null || !IsSame(context.Attributes[0], Annotations.First(type)))
            return null;

        if (TorchTypes.Of(context.SemanticModel.Compilation) is not { } torch
            || context.SemanticModel.Compilation.GetTypeByMetadataName(MetadataNames.IFineTunable) is null
            || type.TypeKind != TypeKind.Class || type.IsStatic || !torch.IsModule(type)
            || Namespace(type) is not { } space
            || Hierarchy(type, cancellation) is not { } hierarchy)
        {
            return null;
        }

        cancellation.ThrowIfCancellationRequested();
        var components = ComponentParser.Parse(type, torch, cancellation);
        var unfreezeLast = Annotations.Find(type, MetadataNames.UnfreezeLastAttribute);

        return new(
            type.ToDisplayString(FullNameFormat),
            HintName(type),
            space,
            hierarchy,
            components,
            Annotations.Find(type, MetadataNames.FineTuneLRAttribute)?.Rate(),
            unfreezeLast?.Integer() is { } count ? new(count, unfreezeLast.EnumNamed("Unit") ?? "Layer") : null,
            torch.MapsTensorToTensor(type),
            TakenNames(type),
            FreeName(type, "layers"),
            FreeName(type, "phase"),
            FreeName(type, "compiled"));
    }

    private static readonly SymbolDisplayFormat FullNameFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters);

    private static bool IsSame(AttributeData attribute, AttributeData? other) =>
        attribute.ApplicationSyntaxReference is { } place
        && other?.ApplicationSyntaxReference is { } otherPlace
        && place.SyntaxTree == otherPlace.SyntaxTree
        && place.Span == otherPlace.Span;

    /// <summary>The declarations to open, outermost first: <c>partial class Outer&lt;T&gt;</c>. Null if one of them is not partial.</summary>
    private static EquatableArray<string>? Hierarchy(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var declarations = new List<string>();
        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsFileLocal || !HasNames(current) || !IsPartial(current, cancellation) || Keyword(current) is not { } keyword)
                return null;

            var parameters = current.TypeParameters.Select(static parameter => Identifier.Escape(parameter.Name));
            var list = current.TypeParameters.IsEmpty ? "" : $"<{string.Join(", ", parameters)}>";
            declarations.Insert(0, $"partial {keyword} {Identifier.EscapeType(current.Name)}{list}");
        }

        return new(declarations);
    }

    // A name that is still to be typed is empty.
    private static bool HasNames(INamedTypeSymbol type) =>
        type.Name.Length > 0 && type.TypeParameters.All(static parameter => parameter.Name.Length > 0);

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.DeclaringSyntaxReferences.All(reference =>
            reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration
            && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string? Keyword(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Class, IsRecord: true } => "record",
        { TypeKind: TypeKind.Class } => "class",
        { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
        { TypeKind: TypeKind.Struct } => "struct",
        { TypeKind: TypeKind.Interface } => "interface",
        _ => null,
    };

    /// <summary>Null where a part of the name is still to be typed.</summary>
    private static string? Namespace(INamedTypeSymbol type)
    {
        var parts = new List<string>();
        for (var current = type.ContainingNamespace; current is { IsGlobalNamespace: false }; current = current.ContainingNamespace)
            parts.Insert(0, Identifier.EscapeType(current.Name));
        return parts.Contains("") ? null : string.Join(".", parts);
    }

    /// <summary>The full metadata name, as in <c>Demo.Outer`1+Model</c>.</summary>
    private static string HintName(INamedTypeSymbol type)
    {
        var name = new StringBuilder(type.MetadataName);
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            name.Insert(0, '+').Insert(0, outer.MetadataName);
        for (var space = type.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
            name.Insert(0, '.').Insert(0, space.Name);
        return name.Append(".g.cs").ToString();
    }

    /// <summary>The names that the generated part would declare and the class uses already.</summary>
    private static EquatableArray<string> TakenNames(INamedTypeSymbol type) =>
        new(GeneratedNames.All.Where(name => IsTaken(type, name)));

    private static string FreeName(INamedTypeSymbol type, string name)
    {
        while (IsTaken(type, name))
            name += "_";
        return name;
    }

    /// <summary>Whether a name is the class's own, a type parameter's, a member's, or one that it inherits.</summary>
    private static bool IsTaken(INamedTypeSymbol type, string name)
    {
        if (type.Name == name || type.TypeParameters.Any(parameter => parameter.Name == name) || !type.GetMembers(name).IsEmpty)
            return true;
        if (GeneratedNames.IsOverride(name))
            return false;

        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (current.GetMembers(name).Any(static member => member.DeclaredAccessibility != Accessibility.Private))
                return true;
        }

        return false;
    }
}
