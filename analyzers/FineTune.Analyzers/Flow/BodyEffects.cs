using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>What one body does, without what it calls, and what it calls.</summary>
internal sealed class BodyEffects
{
    public static readonly BodyEffects Nothing = new(Effects.None, isConstructor: false, [], []);

    private BodyEffects(
        Effects own,
        bool isConstructor,
        IReadOnlyList<IMethodSymbol> calledOnModules,
        IReadOnlyList<IMethodSymbol> calledOnModels)
    {
        Own = own;
        IsConstructor = isConstructor;
        CalledOnModules = calledOnModules;
        CalledOnModels = calledOnModels;
    }

    public Effects Own { get; }

    public bool IsConstructor { get; }

    /// <summary>
    /// The methods that it calls, or makes into delegates, that may have a body in source, and are looked into where modules and
    /// optimizers are followed.
    /// </summary>
    public IReadOnlyList<IMethodSymbol> CalledOnModules { get; }

    /// <summary>The same where annotated models are followed, without those whose effect on models is known anyway.</summary>
    public IReadOnlyList<IMethodSymbol> CalledOnModels { get; }

    /// <summary>Looks over a body once, for all rules.</summary>
    public static BodyEffects Of(IOperation body, TorchTypes? torch, FineTuneTypes? fineTune)
    {
        var effects = Effects.None;
        List<IMethodSymbol>? onModules = null, onModels = null;
        var optimizers = torch is null ? null : new OptimizerEffects(torch);
        var pending = new Stack<IOperation>();
        pending.Push(body);
        while (pending.Count > 0)
        {
            var operation = pending.Pop();
            foreach (var child in operation.ChildOperations)
            {
                pending.Push(child);
            }

            switch (operation.Kind)
            {
                case OperationKind.Invocation:
                    var invocation = (IInvocationOperation)operation;
                    if (MayBeInSource(invocation.TargetMethod))
                    {
                        Add(invocation.TargetMethod, torch?.TrackedTypes.Concerns(invocation), fineTune?.TrackedTypes.Concerns(invocation));
                    }

                    break;
                case OperationKind.MethodReference:
                    if (((IMethodReferenceOperation)operation).Method is var referred && MayBeInSource(referred))
                    {
                        Add(referred, torch is not null, fineTune is not null);
                    }

                    break;
                case OperationKind.ObjectCreation:
                    var creation = (IObjectCreationOperation)operation;
                    if (creation.Constructor is { } constructor && MayBeInSource(constructor))
                    {
                        Add(constructor, torch?.TrackedTypes.Concerns(creation), fineTune?.TrackedTypes.Concerns(creation));
                    }

                    break;
                case OperationKind.PropertyReference:
                    if (((IPropertyReferenceOperation)operation).Property.GetMethod is { } getter && MayBeInSource(getter))
                    {
                        Add(getter, torch?.TrackedTypes.Is(operation.Type), fineTune?.TrackedTypes.Is(operation.Type));
                    }

                    break;
                case OperationKind.SimpleAssignment
                or OperationKind.CoalesceAssignment
                or OperationKind.CompoundAssignment
                or OperationKind.Binary:
                    break;
                case OperationKind.Invalid:
                    effects |= Effects.Invalid;
                    continue;
                default:
                    continue;
            }

            if (optimizers is not null)
            {
                effects |= optimizers.Of(operation);
            }

            if (fineTune is not null)
            {
                effects |= CompileEffects.Of(operation, fineTune);
            }
        }

        return new(
            effects,
            body is IConstructorBodyOperation,
            (IReadOnlyList<IMethodSymbol>?)onModules ?? [],
            (IReadOnlyList<IMethodSymbol>?)onModels ?? []);

        void Add(IMethodSymbol method, bool? concernsModules, bool? concernsModels)
        {
            method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
            if (concernsModules == true)
            {
                (onModules ??= []).Add(method);
            }

            if (concernsModels == true && fineTune is not null && !CompileEffects.Knows(method, fineTune))
            {
                (onModels ??= []).Add(method);
            }
        }
    }

    private static bool MayBeInSource(IMethodSymbol method) =>
        !method.DeclaringSyntaxReferences.IsEmpty || (MayBeOverridden(method) && !IsOurs(method));

    /// <summary>Whether a method of a library is one that the rules know, and never look for in source.</summary>
    private static bool IsOurs(IMethodSymbol method) =>
        TorchTypes.IsLibrary(method) || TorchTypes.IsIn(method.ContainingNamespace, "FineTune");

    /// <summary>Whether another body than the method's own may run.</summary>
    public static bool MayBeOverridden(IMethodSymbol method) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed;
}
