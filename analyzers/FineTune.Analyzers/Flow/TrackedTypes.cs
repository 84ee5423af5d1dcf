using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>Which types matter where objects of some types are followed.</summary>
/// <param name="isTracked">Whether objects of this very type are.</param>
/// <param name="libraries">The namespaces of the libraries whose objects may carry such objects, whatever their types say.</param>
internal sealed class TrackedTypes(Func<ITypeSymbol, bool> isTracked, string[] libraries)
{
    /// <summary>How many objects deep one may be held: an application holds a trainer, that an agent, and that its model.</summary>
    private const int MostOwners = 3;

    private readonly ConcurrentDictionary<ITypeSymbol, bool> holders = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> keepers = new(SymbolEqualityComparer.Default);

    public bool Is(ITypeSymbol? type) => type is not null && isTracked(type);

    /// <summary>
    /// Whether this is a class of the user's own with a field or property of a followed type, or of another such class.
    /// </summary>
    public bool HoldsOne(ITypeSymbol type) => HoldsOne(type, MostOwners);

    /// <summary>Whether a variable of this type may be or hold one, alone or among others.</summary>
    public bool MayBeHeldBy(ITypeSymbol? type) =>
        type is { SpecialType: not SpecialType.System_String }
        && (type.TypeKind is TypeKind.Interface or TypeKind.Array || type.IsTupleType || MayHoldOne(type));

    /// <summary>Whether objects of a class, or the class itself, may hold one.</summary>
    public bool MayHoldOne(ITypeSymbol type) => Is(type) || HoldsOne(type);

    /// <summary>
    /// Whether an object of this type may come to hold one in a field, whatever type that is declared with: no where all that it has
    /// are numbers, texts and the base library's own things.
    /// </summary>
    public bool MayKeepOne(ITypeSymbol type) =>
        keepers.GetOrAdd(type, key => MayKeepOne(key, new(SymbolEqualityComparer.Default)));

    private bool MayKeepOne(ITypeSymbol type, HashSet<ITypeSymbol> seen) =>
        seen.Add(type.DeclaringSyntaxReferences.IsEmpty ? type : type.OriginalDefinition)
        && (isTracked(type)
            || type switch
            {
                { SpecialType: SpecialType.System_Object }
                    or { TypeKind: TypeKind.Delegate or TypeKind.Interface or TypeKind.TypeParameter } => true,
                { SpecialType: not SpecialType.None } or { TypeKind: TypeKind.Enum } => false,
                IArrayTypeSymbol array => MayKeepOne(array.ElementType, seen),
                INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: false } => HasKeeper(type.OriginalDefinition, seen),
                INamedTypeSymbol named => Namespaces.Outermost(named.ContainingNamespace) != "System"
                    || named.TypeArguments.Any(argument => MayKeepOne(argument, seen)),
                _ => true,
            });

    private bool HasKeeper(ITypeSymbol type, HashSet<ITypeSymbol> seen) =>
        type.GetMembers().Any(member =>
            member switch
            {
                IFieldSymbol field => !field.IsConst && MayKeepOne(field.Type, seen),

                // A primary constructor's parameter is a field in all but name.
                IMethodSymbol { MethodKind: MethodKind.Constructor } constructor =>
                    constructor.Parameters.Any(parameter => MayKeepOne(parameter.Type, seen)),
                _ => false,
            })
        || (type.BaseType is { SpecialType: not SpecialType.System_Object } ancestor && MayKeepOne(ancestor, seen));

    private bool HoldsOne(ITypeSymbol type, int owners)
    {
        if (type is not { TypeKind: TypeKind.Class, SpecialType: SpecialType.None, DeclaringSyntaxReferences.IsEmpty: false })
        {
            return false;
        }

        if (holders.TryGetValue(type, out var known))
        {
            return known;
        }

        var holds = HasTrackedMember(type, owners);

        // What was cut short further in is not the last word.
        return owners == MostOwners || holds ? holders.GetOrAdd(type, holds) : holds;
    }

    /// <summary>
    /// Whether a call may be one that is looked into: the same question as the evaluator's, asked of types where that
    /// one knows values, and answered with yes wherever an object may be of another type.
    /// </summary>
    public bool Concerns(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (call.Instance is { } instance && (instance is IInstanceReferenceOperation || MayCarry(instance))
            || (method.IsStatic && HoldsOne(method.ContainingType))
            || method.ReturnType.IsTupleType
            || Is(method.ReturnType)
            || (method.ReturnType is INamedTypeSymbol { TypeArguments: { Length: 1 } awaited } && Is(awaited[0])))
        {
            return true;
        }

        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
            {
                return true;
            }
        }

        foreach (var argument in call.Arguments)
        {
            if (MayCarry(argument.Value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a construction is looked into.</summary>
    public bool Concerns(IObjectCreationOperation creation) => creation.Type is { } type && (isTracked(type) || HoldsOne(type));

    private bool MayCarry(IOperation value) =>
        SingleAssignment.Unconverted(value).Type is not { } type
        || type.TypeKind switch
        {
            TypeKind.Enum => false,
            TypeKind.Struct => type is INamedTypeSymbol { IsGenericType: true } || isTracked(type),
            TypeKind.Class => !type.IsSealed
                || isTracked(type)
                || HoldsOne(type)
                || libraries.Contains(Namespaces.Outermost(type.ContainingNamespace)),
            _ => true,
        };

    private bool HasTrackedMember(ITypeSymbol type, int owners)
    {
        return type.GetMembers()
                .Any(member =>
                    member switch
                    {
                        IFieldSymbol field => Holds(field.Type),
                        IPropertySymbol property => Holds(property.Type),
                        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.Parameters.Any(parameter =>
                            isTracked(parameter.Type)),
                        _ => false,
                    })
            || (type.BaseType is { } ancestor && HoldsOne(ancestor, owners));

        bool Holds(ITypeSymbol held) => isTracked(held) || (owners > 1 && HoldsOne(held, owners - 1));
    }
}
