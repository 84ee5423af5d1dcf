using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>TorchSharp's types as one compilation sees them.</summary>
internal sealed class TorchTypes
{
    private readonly INamedTypeSymbol module;
    private readonly INamedTypeSymbol? parameter;
    private readonly INamedTypeSymbol? tensor;
    private readonly INamedTypeSymbol list;

    private TorchTypes(Compilation compilation, INamedTypeSymbol module)
    {
        this.module = module;
        list = compilation.GetSpecialType(SpecialType.System_Collections_Generic_IEnumerable_T);
        parameter = compilation.GetTypeByMetadataName(MetadataNames.Parameter);
        tensor = compilation.GetTypeByMetadataName(MetadataNames.Tensor);
    }

    /// <summary>Null where the compilation has no TorchSharp.</summary>
    public static TorchTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName(MetadataNames.Module) is { } module ? new(compilation, module) : null;

    /// <summary>Whether a type is TorchSharp's and not a user's.</summary>
    public bool IsOwn(INamedTypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, module.ContainingAssembly);

    public bool IsTensor(ITypeSymbol? type) => type is not null && DerivesFrom(type, tensor);

    public bool IsModule(ITypeSymbol type) => DerivesFrom(type, module);

    /// <summary>Whether a type is a <c>Module&lt;Tensor, Tensor&gt;</c>.</summary>
    public bool MapsTensorToTensor(ITypeSymbol type)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(MapsTensorToTensor);
        }

        return ModuleOf(type) is { TypeArguments.Length: 2 } named && named.TypeArguments.All(argument => Same(argument, tensor));
    }

    /// <summary>The <c>Module&lt;…&gt;</c> of TorchSharp that a type derives from, which says what it takes and answers.</summary>
    public INamedTypeSymbol? ModuleOf(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current is INamedTypeSymbol { IsGenericType: true, Name: "Module" } named && IsOwn(named))
            {
                return named;
            }
        }

        return null;
    }

    /// <summary>Whether a type can be gone through, tensor by tensor.</summary>
    public bool IsListOfTensors(ITypeSymbol type) =>
        type.AllInterfaces.Append(type).OfType<INamedTypeSymbol>()
            .Any(one => Same(one.OriginalDefinition, list) && IsTensor(one.TypeArguments[0]));

    /// <summary>What a member of that type would be registered as; null if as nothing.</summary>
    public ComponentKind? KindOf(ITypeSymbol type) =>
        IsModule(type) ? ComponentKind.Module
        : DerivesFrom(type, parameter) ? ComponentKind.Parameter
        : DerivesFrom(type, tensor) ? ComponentKind.Buffer
        : null;

    private static bool DerivesFrom(ITypeSymbol type, INamedTypeSymbol? ancestor)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(constraint => DerivesFrom(constraint, ancestor));
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (Same(current.OriginalDefinition, ancestor))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(ITypeSymbol type, INamedTypeSymbol? other) =>
        SymbolEqualityComparer.Default.Equals(type, other);
}
