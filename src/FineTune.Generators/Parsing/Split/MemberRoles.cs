using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>Tells which members of a class a value may depend on and still be frozen.</summary>
/// <param name="compilation">Where methods of the class are looked into.</param>
/// <param name="components">The parts of the model.</param>
/// <param name="backboneCounts">Whether the backbone counts as frozen, which it is in the head phase.</param>
/// <param name="assigned">The names of the members that <c>forward</c> assigns.</param>
internal sealed class MemberRoles(Compilation compilation, EquatableArray<Component> components, bool backboneCounts, ISet<string> assigned)
{
    private readonly Dictionary<ISymbol, bool> methods = new(SymbolEqualityComparer.Default);

    /// <summary>Draws random numbers, so that it gives something else each time.</summary>
    public static bool IsRandom(IMethodSymbol method) =>
        method.Name.IndexOf("dropout", StringComparison.OrdinalIgnoreCase) >= 0
        || method.Name.StartsWith("rand", StringComparison.Ordinal)
        || method.Name is "bernoulli" or "bernoulli_" or "multinomial" or "normal" or "normal_" or "uniform_" or "rrelu";

    /// <summary>Whether an instance member of the class gives the same until the phase changes.</summary>
    public bool IsFrozen(ISymbol member)
    {
        if (assigned.Contains(member.Name))
        {
            return false;
        }

        if (components.FirstOrDefault(component => component.Name == member.Name) is { } component)
        {
            return component.Role == ComponentRole.Frozen
                || (component is { Role: ComponentRole.Backbone, Head: null } && backboneCounts)
                || (component.Role is null && component.Kind == ComponentKind.Buffer);
        }

        return member switch
        {
            IFieldSymbol field => IsPlain(field.Type),
            IPropertySymbol { GetMethod: { } getter } property => IsAuto(property) ? IsPlain(property.Type) : LooksFrozen(getter),
            IMethodSymbol method => LooksFrozen(method),
            _ => false,
        };
    }

    /// <summary>Whether a type is that of a number, a switch, a shape: of nothing that could hold a part of the model.</summary>
    public static bool IsPlain(ITypeSymbol type) =>
        type switch
        {
            IArrayTypeSymbol array => IsPlain(array.ElementType),
            { TypeKind: TypeKind.Enum } => true,
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: var arguments } => IsPlain(
                arguments[0]),
            _ => type.SpecialType is not (SpecialType.None or SpecialType.System_Object),
        };

    /// <summary>Whether a property stores its value.</summary>
    public static bool IsAuto(IPropertySymbol property) =>
        property
            .ContainingType.GetMembers()
            .Any(member => member is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    /// <summary>Whether the body of a method of the class uses frozen members only, and changes none.</summary>
    private bool LooksFrozen(IMethodSymbol method)
    {
        if (methods.TryGetValue(method, out var known))
        {
            return known;
        }

        // What calls itself is decided by the rest of its body.
        methods[method] = true;
        return methods[method] =
            !method.IsVirtual
            && !method.IsOverride
            && !method.IsAsync
            && method.DeclaringSyntaxReferences.Length == 1
            && method.DeclaringSyntaxReferences[0].GetSyntax() is var body
            && UsesFrozenOnly(body, new BoundCode(compilation.GetSemanticModel(body.SyntaxTree)));
    }

    private bool UsesFrozenOnly(SyntaxNode body, BoundCode code)
    {
        foreach (var node in body.DescendantNodes())
        {
            switch (node)
            {
                case AssignmentExpressionSyntax { Left: var left } when code.SymbolOf(left) is IFieldSymbol or IPropertySymbol:
                case BaseExpressionSyntax:
                case ThisExpressionSyntax { Parent: not MemberAccessExpressionSyntax }:
                    return false;
                case SimpleNameSyntax name when code.SymbolOf(name) is { } symbol:
                    if (symbol is IMethodSymbol called && IsRandom(called))
                    {
                        return false;
                    }

                    if (OwnMember.Is(name, symbol) && !IsFrozen(symbol))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }
}
