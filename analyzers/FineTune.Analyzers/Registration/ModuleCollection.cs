using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Registration;

/// <summary>A type that holds modules and is none, so that registration does not look into it.</summary>
/// <param name="Kind">What to call it.</param>
/// <param name="Container">The module that can stand in its place; null where none can.</param>
/// <param name="Element">The type of the modules, as the user would write it.</param>
internal sealed record ModuleCollection(string Kind, string? Container, string Element)
{
    /// <summary>The properties of a diagnostic that the fix reads: ModuleList or ModuleDict, and the type of the modules.</summary>
    internal const string ContainerProperty = "container",
        ElementProperty = "element";

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

    /// <summary>What to make of it.</summary>
    public string Advice => Container is null ? "a member for each" : $"a {Container}<{Element}>";

    /// <summary>What the fix has to know; null where there is nothing to make of it.</summary>
    public ImmutableDictionary<string, string?>? Properties =>
        Container is null
            ? null
            : ImmutableDictionary<string, string?>.Empty.Add(ContainerProperty, Container).Add(ElementProperty, Element);

    /// <summary>A type as a collection of modules; null where it is none.</summary>
    public static ModuleCollection? Of(ITypeSymbol type, TorchTypes torch) =>
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
