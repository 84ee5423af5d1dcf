using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.TrainingLoops;

/// <summary>The calls that a training loop is made of.</summary>
internal sealed class TrainingCalls(TorchTypes types)
{
    /// <summary>Whether an optimizer steps.</summary>
    public bool IsStep(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "step" } step } && types.IsOptimizer(step.ContainingType);

    /// <summary>Whether a tensor, or several, go backward.</summary>
    public bool IsBackward(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "backward", ContainingType: { } declaring } }
        && (types.IsTensor(declaring) || declaring.Name == "autograd");

    /// <summary>Whether a module of any kind, a loss among them, is called.</summary>
    public bool IsForwardPass(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "call" or "forward" } method, Instance.Type: var module }
        && types.IsModule(module)
        && TorchTypes.IsLibrary(method);

    /// <summary>Whether a loss is computed by a function.</summary>
    public static bool IsLossFunction(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { IsStatic: true, ContainingType.Name: "functional" } method }
        && (method.Name.EndsWith("_loss", StringComparison.Ordinal) || method.Name.Contains("cross_entropy") || method.Name == "kl_div")
        && TorchTypes.IsLibrary(method);

    /// <summary>
    /// Whether an operation makes gradients or handles them: whatever is called backward, whoever wrote it, <c>autograd.grad</c>, and
    /// what is done with a tensor's <c>grad</c> by hand.
    /// </summary>
    public static bool IsOfGradients(IOperation operation) =>
        operation switch
        {
            IInvocationOperation { TargetMethod.Name: var name } => IsNamedAfterGradients(name),
            IMethodReferenceOperation { Method.Name: var name } => IsNamedAfterGradients(name),
            IPropertyReferenceOperation { Property.Name: var name } => name == "grad",
            _ => false,
        };

    private static bool IsNamedAfterGradients(string method) =>
        method is "grad" or "set_grad" || method.IndexOf("backward", StringComparison.OrdinalIgnoreCase) >= 0;
}
