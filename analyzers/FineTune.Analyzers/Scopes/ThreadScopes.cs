using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Scopes;

/// <summary>The scopes of TorchSharp that hold for the thread that opened them, until what opens them is disposed.</summary>
internal static class ThreadScopes
{
    /// <summary>The call that opens a scope, beneath conversions; null where the expression opens none.</summary>
    public static IInvocationOperation? Opening(IOperation? value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value is IInvocationOperation { TargetMethod: { IsStatic: true } method } call
            && (IsOfGradients(method.Name) || IsOfTensors(method.Name))
            && method.ContainingType.ToDisplayString() is "TorchSharp.torch" or "TorchSharp.DisposeScopeManager"
            ? call
            : null;
    }

    /// <summary>Whether a method of that name opens a scope in which gradients are recorded, or are not.</summary>
    public static bool IsOfGradients(string method) => method is "no_grad" or "inference_mode" or "set_grad_enabled" or "enable_grad";

    /// <summary>Whether a method of that name opens a scope whose tensors go with it.</summary>
    public static bool IsOfTensors(string method) => method is "NewDisposeScope" or "WrappedTensorDisposeScope";

    /// <summary>The calls that open the scopes which a <c>using</c> holds.</summary>
    public static IInvocationOperation? OpenedBy(IOperation? resource) =>
        resource is IVariableDeclarationGroupOperation group
            ? group
                .Declarations.SelectMany(declaration => declaration.Declarators)
                .Select(declarator =>
                    Opening((declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer)?.Value))
                .FirstOrDefault(opened => opened is not null)
            : Opening(resource);

    /// <summary>The call that opened the innermost scope that a <c>using</c> around an operation holds.</summary>
    public static IInvocationOperation? Around(IOperation operation)
    {
        for (var (inner, outer) = (operation, operation.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            switch (outer)
            {
                case IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return null;
                case IUsingOperation statement when statement.Body == inner && OpenedBy(statement.Resources) is { } opened:
                    return opened;
                case IBlockOperation block:
                    var before = block.Operations.TakeWhile(sibling => sibling != inner).OfType<IUsingDeclarationOperation>();
                    if (before
                            .Reverse()
                            .Select(declared => OpenedBy(declared.DeclarationGroup))
                            .FirstOrDefault(found => found is not null) is { } held)
                    {
                        return held;
                    }

                    break;
            }
        }

        return null;
    }
}
