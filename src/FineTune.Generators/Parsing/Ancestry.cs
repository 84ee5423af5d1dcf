using System.Collections.Immutable;
using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>The base classes of an annotated class between it and TorchSharp.</summary>
internal sealed class Ancestry
{
    private Ancestry(
        Inheritance summary,
        ImmutableArray<INamedTypeSymbol> all,
        ImmutableArray<INamedTypeSymbol> unregistered,
        INamedTypeSymbol? annotated)
    {
        Summary = summary;
        All = all;
        Unregistered = unregistered;
        Annotated = annotated;
    }

    /// <summary>What the generated part has to know.</summary>
    public Inheritance Summary { get; }

    /// <summary>All of them, outermost first.</summary>
    public ImmutableArray<INamedTypeSymbol> All { get; }

    /// <summary>The base classes with source whose members nobody registers yet, outermost first.</summary>
    public ImmutableArray<INamedTypeSymbol> Unregistered { get; }

    /// <summary>The nearest base class with a generated part.</summary>
    public INamedTypeSymbol? Annotated { get; }

    public static Ancestry Of(INamedTypeSymbol type, TorchTypes torch, CancellationToken cancellation)
    {
        var unregistered = new List<INamedTypeSymbol>();
        var opaque = new List<string>();
        var all = new List<INamedTypeSymbol>();
        for (var current = type.BaseType; current is not null && !torch.IsOwn(current); current = current.BaseType)
        {
            all.Insert(0, current);
        }

        for (var current = type.BaseType; current is not null && !torch.IsOwn(current); current = current.BaseType)
        {
            if (IsAnnotated(current, cancellation))
            {
                return Make(current, registers: true);
            }

            if (OverridesRegistration(current))
            {
                return Make(annotated: NearestAnnotated(current, torch, cancellation), registers: true);
            }

            if (current.DeclaringSyntaxReferences.IsEmpty)
            {
                opaque.Insert(0, current.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));
            }
            else
            {
                unregistered.Insert(0, current);
            }
        }

        return Make(annotated: null, registers: false);

        Ancestry Make(INamedTypeSymbol? annotated, bool registers) =>
            new(new(annotated is not null, registers, new(opaque)), [.. all], [.. unregistered], annotated);
    }

    /// <summary>The rate of the nearest <c>[FineTuneLR]</c> on the class or on one that it derives from.</summary>
    public static double? FineTuneRate(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (Annotations.Find(current, MetadataNames.FineTuneLRAttribute)?.Rate() is { } rate)
            {
                return rate;
            }
        }

        return null;
    }

    private static INamedTypeSymbol? NearestAnnotated(INamedTypeSymbol type, TorchTypes torch, CancellationToken cancellation)
    {
        for (var current = type; current is not null && !torch.IsOwn(current); current = current.BaseType)
        {
            if (IsAnnotated(current, cancellation))
            {
                return current;
            }
        }

        return null;
    }

    // In source the generated part is still to be written; in metadata it shows.
    private static bool IsAnnotated(INamedTypeSymbol type, CancellationToken cancellation) => type.DeclaringSyntaxReferences.IsEmpty
        ? type.Interfaces.Any(static implemented => implemented is { Name: "IFineTunable", ContainingNamespace.Name: "FineTune" })
        : Annotations.First(type.OriginalDefinition) is not null
            && Declaration.Namespace(type) is not null
            && Declaration.Hierarchy(type, cancellation) is not null;

    private static bool OverridesRegistration(INamedTypeSymbol type) =>
        type.GetMembers("RegisterComponents").Any(static member => member is IMethodSymbol { IsOverride: true, Parameters.IsEmpty: true });
}
