using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Optimizers;

/// <summary>The types of TorchSharp that the rules on plain training code look at.</summary>
internal sealed class TorchTypes
{
    private readonly INamedTypeSymbol module;
    private readonly INamedTypeSymbol optimizer;
    private readonly INamedTypeSymbol tensor;
    private readonly INamedTypeSymbol? parameter;

    private TorchTypes(INamedTypeSymbol module, INamedTypeSymbol optimizer, INamedTypeSymbol tensor, INamedTypeSymbol? parameter)
    {
        this.module = module;
        this.optimizer = optimizer;
        this.tensor = tensor;
        this.parameter = parameter;
    }

    /// <summary>The types, or null in a compilation that does not know TorchSharp.</summary>
    public static TorchTypes? In(Compilation compilation) =>
        compilation.GetTypeByMetadataName(MetadataNames.Module) is { } module
        && compilation.GetTypeByMetadataName(MetadataNames.Optimizer) is { } optimizer
        && compilation.GetTypeByMetadataName(MetadataNames.Tensor) is { } tensor
            ? new(module, optimizer, tensor, compilation.GetTypeByMetadataName(MetadataNames.Parameter))
            : null;

    public bool IsModule(ITypeSymbol? type) => Derives(type, module);

    public bool IsOptimizer(ITypeSymbol? type) => Derives(type, optimizer);

    public bool IsParameter(ITypeSymbol? type) => parameter is not null && Derives(type, parameter);

    public bool IsTensor(ITypeSymbol? type) => Derives(type, tensor);

    /// <summary>Whether a method, or what it overrides, is TorchSharp's own.</summary>
    public static bool IsLibrary(IMethodSymbol method)
    {
        for (var overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
            method = overridden;
        return IsIn(method.ContainingNamespace, "TorchSharp");
    }

    public static bool IsIn(INamespaceSymbol? scope, string name)
    {
        while (scope is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            scope = scope.ContainingNamespace;
        return scope?.Name == name;
    }

    private static bool Derives(ITypeSymbol? type, INamedTypeSymbol ancestor)
    {
        if (type is ITypeParameterSymbol variable)
            return variable.ConstraintTypes.Any(constraint => Derives(constraint, ancestor));
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, ancestor))
                return true;
        }

        return false;
    }
}
