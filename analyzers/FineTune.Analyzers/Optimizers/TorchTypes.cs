using System.Collections.Concurrent;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Optimizers;

/// <summary>The types of TorchSharp that the rules on plain training code look at.</summary>
internal sealed class TorchTypes
{
    private static readonly PerCompilation<TorchTypes?> Shared = new(Find);

    private readonly ConcurrentDictionary<ITypeSymbol, Kinds> kinds = new(SymbolEqualityComparer.Default);
    private readonly INamedTypeSymbol module;
    private readonly INamedTypeSymbol tensor;
    private readonly INamedTypeSymbol? parameter;

    private TorchTypes(
        INamedTypeSymbol module,
        INamedTypeSymbol optimizer,
        INamedTypeSymbol tensor,
        INamedTypeSymbol? parameter,
        MethodBodies bodies)
    {
        this.module = module;
        Optimizer = optimizer;
        this.tensor = tensor;
        this.parameter = parameter;

        // Each of the rules follows a part of these.
        var followed = new TrackedTypes(
            type => IsModule(type) || IsOptimizer(type) || IsTensor(type) || IsParameter(type),
            ["TorchSharp", "FineTune"]);
        Survey = new OptimizerSurvey(bodies, followed, this);
    }

    /// <summary>Tells the rules on plain training code which bodies are worth following.</summary>
    public Survey Survey { get; }

    /// <summary>The types, or null in a compilation that does not know TorchSharp.</summary>
    public static TorchTypes? In(Compilation compilation) => Shared.Of(compilation);

    /// <summary>What all optimizers derive from.</summary>
    public INamedTypeSymbol Optimizer { get; }

    public bool IsModule(ITypeSymbol? type) => Is(type, Kinds.Module);

    public bool IsOptimizer(ITypeSymbol? type) => Is(type, Kinds.Optimizer);

    public bool IsParameter(ITypeSymbol? type) => Is(type, Kinds.Parameter);

    public bool IsTensor(ITypeSymbol? type) => Is(type, Kinds.Tensor);

    /// <summary>Whether a method, or what it overrides, is TorchSharp's own.</summary>
    public static bool IsLibrary(IMethodSymbol method) => Namespaces.Declares("TorchSharp", method);

    public static bool IsIn(INamespaceSymbol? scope, string name) => Namespaces.Outermost(scope) == name;

    private static TorchTypes? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName(MetadataNames.Module) is { } module
        && compilation.GetTypeByMetadataName(MetadataNames.Optimizer) is { } optimizer
        && compilation.GetTypeByMetadataName(MetadataNames.Tensor) is { } tensor
            ? new(module, optimizer, tensor, compilation.GetTypeByMetadataName(MetadataNames.Parameter), MethodBodies.Of(compilation))
            : null;

    private bool Is(ITypeSymbol? type, Kinds kind) =>
        type is { SpecialType: SpecialType.None } && (kinds.GetOrAdd(type, KindsOf) & kind) != 0;

    private Kinds KindsOf(ITypeSymbol type) =>
        (Derives(type, module) ? Kinds.Module : 0)
        | (Derives(type, Optimizer) ? Kinds.Optimizer : 0)
        | (Derives(type, tensor) ? Kinds.Tensor : 0)
        | (parameter is not null && Derives(type, parameter) ? Kinds.Parameter : 0);

    private static bool Derives(ITypeSymbol? type, INamedTypeSymbol ancestor)
    {
        if (type is ITypeParameterSymbol variable)
        {
            return variable.ConstraintTypes.Any(constraint => Derives(constraint, ancestor));
        }

        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, ancestor))
            {
                return true;
            }
        }

        return false;
    }

    [Flags]
    private enum Kinds
    {
        Module = 1,
        Optimizer = 2,
        Tensor = 4,
        Parameter = 8,
    }
}
