using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>Which names a class uses already, so that its generated part stays out of their way.</summary>
internal static class NameTable
{
    /// <summary>The names that the generated part would declare and the class uses already.</summary>
    /// <remarks>What a base's generated part declares is not taken: it is overridden.</remarks>
    public static EquatableArray<string> Taken(INamedTypeSymbol type, INamedTypeSymbol? annotatedBase) =>
        new(GeneratedNames.All.Where(name => IsTaken(type, name, annotatedBase)));

    /// <summary>A name like that one which the class does not use yet.</summary>
    public static string Free(INamedTypeSymbol type, string name)
    {
        while (IsTaken(type, name, annotatedBase: null))
        {
            name += "_";
        }

        return name;
    }

    /// <summary>Whether a name is the class's own, a type parameter's, a member's, or one that it inherits.</summary>
    private static bool IsTaken(INamedTypeSymbol type, string name, INamedTypeSymbol? annotatedBase)
    {
        if (type.Name == name || type.TypeParameters.Any(parameter => parameter.Name == name) || !type.GetMembers(name).IsEmpty)
        {
            return true;
        }

        if (GeneratedNames.IsOverride(name))
        {
            return false;
        }

        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (annotatedBase is { DeclaringSyntaxReferences.IsEmpty: true }
                && SymbolEqualityComparer.Default.Equals(current, annotatedBase))
            {
                return false;
            }

            if (current.GetMembers(name).Any(static member => member.DeclaredAccessibility != Accessibility.Private))
            {
                return true;
            }
        }

        return false;
    }
}
