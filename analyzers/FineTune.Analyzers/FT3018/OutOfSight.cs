using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3018;

/// <summary>Calls of code that nobody can look into from here, and that may go backward.</summary>
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
