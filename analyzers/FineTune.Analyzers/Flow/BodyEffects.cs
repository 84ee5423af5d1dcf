using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>What one body does, without what it calls, and what it calls.</summary>
internal sealed class BodyEffects
{
    public static readonly BodyEffects Nothing = new(Effects.None, isConstructor: false, [], []);

    private BodyEffects(Effects own, bool isConstructor, IReadOnlyList<IMethodSymbol> called, IReadOnlyList<IMethodSymbol> calledBesideModels)
    {
        Own = own;
        IsConstructor = isConstructor;
        Called = called;
        CalledBesideModels = calledBesideModels;
    }

    public Effects Own { get; }

    public bool IsConstructor { get; }

    /// <summary>The methods that it calls, or makes into delegates, and that may have a body in source.</summary>
    public IReadOnlyList<IMethodSymbol> Called { get; }

    /// <summary>Of these, all whose effect on models the rules on compiling do not know anyway.</summary>
    public IReadOnlyList<IMethodSymbol> CalledBesideModels { get; }

    /// <summary>Looks over a body once, for all rules.</summary>
    public static BodyEffects Of(IOperation body, TorchTypes? torch, FineTuneTypes? fineTune)
    {
        var effects = Effects.None;
        List<IMethodSymbol>? called = null, besideModels = null;
        var optimizers = torch is null ? null : new OptimizerEffects(torch);
        var pending = new Stack<IOperation>();
        pending.Push(body);
        while (pending.Count > 0)
        {
            var operation = pending.Pop();
            foreach (var child in operation.ChildOperations)
                pending.Push(child);
            switch (operation.Kind)
            {
                case OperationKind.Invocation:
                    var invocation = (IInvocationOperation)operation;
                    Add(invocation.TargetMethod);
                    break;
                case OperationKind.MethodReference:
                    Add(((IMethodReferenceOperation)operation).Method);
                    break;
                case OperationKind.ObjectCreation:
                    Add(((IObjectCreationOperation)operation).Constructor);
                    break;
                case OperationKind.PropertyReference:
                    Add(((IPropertyReferenceOperation)operation).Property.GetMethod);
                    break;
                case OperationKind.SimpleAssignment or OperationKind.CoalesceAssignment or OperationKind.CompoundAssignment or OperationKind.Binary:
                    break;
                case OperationKind.Invalid:
                    effects |= Effects.Invalid;
                    continue;
                default:
                    continue;
            }

            if (optimizers is not null)
                effects |= optimizers.Of(operation);
            if (fineTune is not null)
                effects |= CompileEffects.Of(operation, fineTune);
        }

        return new(effects, body is IConstructorBodyOperation, (IReadOnlyList<IMethodSymbol>?)called ?? [], (IReadOnlyList<IMethodSymbol>?)besideModels ?? []);

        void Add(IMethodSymbol? method)
        {
            if (method is null || (method.DeclaringSyntaxReferences.IsEmpty && (!MayBeOverridden(method) || IsOurs(method))))
                return;
            method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
            (called ??= []).Add(method);
            if (fineTune is null || !CompileEffects.Knows(method, fineTune))
                (besideModels ??= []).Add(method);
        }
    }

    /// <summary>Whether a method of a library is one that the rules know, and never look for in source.</summary>
    private static bool IsOurs(IMethodSymbol method) => TorchTypes.IsLibrary(method) || TorchTypes.IsIn(method.ContainingNamespace, "FineTune");

    /// <summary>Whether another body than the method's own may run.</summary>
    public static bool MayBeOverridden(IMethodSymbol method) => (method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed;
}
