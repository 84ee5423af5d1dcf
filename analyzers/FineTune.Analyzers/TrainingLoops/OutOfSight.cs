using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.TrainingLoops;

/// <summary>Calls of code that nobody can look into from here, and that may go backward, or dispose of what it is given.</summary>
internal static class OutOfSight
{
    public static bool Is(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => IsUnknown(call.TargetMethod, call.Arguments),
            IObjectCreationOperation { Constructor: { } constructor } creation => IsUnknown(constructor, creation.Arguments),
            IDynamicInvocationOperation or IFunctionPointerInvocationOperation or IInvalidOperation => true,
            _ => false,
        };

    /// <summary>Whether such code is given a tensor or a module.</summary>
    public static bool TakesTensors(IOperation operation, TorchTypes types) =>
        Is(operation)
        && operation switch
        {
            IInvocationOperation call => Has(call.Arguments, types),
            IObjectCreationOperation creation => Has(creation.Arguments, types),
            _ => true,
        };

    private static bool Has(IEnumerable<IArgumentOperation> arguments, TorchTypes types) =>
        arguments
            .Select(argument => SingleAssignment.Unconverted(argument.Value).Type)
            .Any(type => types.IsTensor(type) || types.IsModule(type));

    private static bool IsUnknown(IMethodSymbol method, IEnumerable<IArgumentOperation> arguments)
    {
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return true;
        }

        if (TorchTypes.IsLibrary(method))
        {
            return false;
        }

        if (!method.DeclaringSyntaxReferences.IsEmpty)
        {
            return method.IsExtern
                || (method.IsPartialDefinition && method.PartialImplementationPart is null)
                || ((method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed && !method.ContainingType.IsSealed);
        }

        // What does not know TorchSharp goes backward only through what it is given to call.
        return KnowsTorch(method.ContainingAssembly) || arguments.Any(argument =>
            argument.Value is { Type.TypeKind: TypeKind.Delegate } and not (IDelegateCreationOperation or IDefaultValueOperation)
            && argument.ArgumentKind != ArgumentKind.DefaultValue);
    }

    private static bool KnowsTorch(IAssemblySymbol? assembly) =>
        assembly?.Modules.Any(module => module.ReferencedAssemblies.Any(referenced => referenced.Name == "TorchSharp")) == true;
}
