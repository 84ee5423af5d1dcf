using System.Collections.Concurrent;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Optimizers;

/// <summary>Looks for what bodies do to modules, parameters and optimizers.</summary>
internal sealed class OptimizerSurvey(MethodBodies bodies, TrackedTypes followed, TorchTypes types) : Survey(bodies, followed)
{
    private static readonly HashSet<string> Moves =
    [
        "to",
        "cuda",
        "cpu",
        "half",
        "bfloat16",
        "double",
        "float",
        "bool",
        "byte",
        "char",
        "int",
        "long",
        "short",
        "cdouble",
        "cfloat",
    ];

    private static readonly HashSet<string> Growths = ["add_module", "register_module", "append", "Add", "Insert", "extend"];

    private readonly ConcurrentDictionary<SyntaxNode, Clearing> clearings = new();

    protected override ulong Of(IOperation operation) => (ulong)Doing(operation);

    protected override bool Knows(IMethodSymbol method) => false;

    // That is how a module comes about.
    protected override ulong BesidesMaking(ulong effects) => effects & ~(ulong)OptimizerEffects.AssignsParts;

    private OptimizerEffects Doing(IOperation operation) =>
        operation switch
        {
            IInvocationOperation invocation => Of(invocation),
            IMethodReferenceOperation { Method: { Name: "step" } step } when types.IsOptimizer(step.ContainingType) =>
                OptimizerEffects.StepsOptimizer | OptimizerEffects.StepsUncleared,
            IMethodReferenceOperation reference => Named(reference.Method.Name),
            IObjectCreationOperation { Type: { } type } when types.IsOptimizer(type) => OptimizerEffects.BuildsOptimizer,
            IObjectCreationOperation { Type.Name: "ParamGroup" } => OptimizerEffects.JoinsParameters,
            IPropertyReferenceOperation { Property.Name: "requires_grad" } property
                when !IsOnlyRead(property) => OptimizerEffects.ChangesGradients,
            IAssignmentOperation { Target: IMemberReferenceOperation target } assignment
                when types.IsModule(target.Type) || types.IsParameter(target.Type) => OptimizerEffects.AssignsParts | Sum(assignment),
            IAssignmentOperation or IBinaryOperation => Sum(operation),
            _ => OptimizerEffects.None,
        };

    private OptimizerEffects Of(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var effects = Named(method.Name) | Sum(invocation);
        if (method.Name == "train"
            && invocation.Arguments.Any(argument => argument.Value.ConstantValue is not { HasValue: true, Value: true }))
        {
            effects |= OptimizerEffects.SwitchesOff;
        }

        if (method.Name == "step" && types.IsOptimizer(method.ContainingType))
        {
            effects |= OptimizerEffects.StepsOptimizer;
            if (!IsCleared(invocation))
            {
                effects |= OptimizerEffects.StepsUncleared;
            }
        }

        if (method is { Name: "Concat", TypeArguments.Length: 1 } && types.IsParameter(method.TypeArguments[0]))
        {
            effects |= OptimizerEffects.JoinsParameters;
        }

        if (types.IsOptimizer(method.ReturnType))
        {
            effects |= OptimizerEffects.BuildsOptimizer;
        }

        if ((Moves.Contains(method.Name) && types.IsModule(method.ReturnType))
            || (
                Growths.Contains(method.Name)
                && types.IsModule(
                    invocation.Instance?.Type ?? (invocation.Arguments.Length > 0 ? invocation.Arguments[0].Value.Type : null))))
        {
            effects |= OptimizerEffects.MovesModules;
        }

        return effects;
    }

    private static OptimizerEffects Named(string name) =>
        name switch
        {
            "backward" => OptimizerEffects.GoesBackward,
            "requires_grad_" or "with_requires_grad" or "Unfreeze" => OptimizerEffects.ChangesGradients,
            "Freeze" => OptimizerEffects.ChangesGradients | OptimizerEffects.SwitchesOff,
            "add_param_group" => OptimizerEffects.JoinsParameters,
            "train" => OptimizerEffects.SwitchesMode,
            "eval" => OptimizerEffects.SwitchesOff,
            _ => OptimizerEffects.None,
        };

    private OptimizerEffects Sum(IOperation operation) =>
        SumInLoop.Is(operation, types) ? OptimizerEffects.SumsTensors : OptimizerEffects.None;

    /// <summary>Whether the property is looked at where it stands, as in a condition or the body of a lambda.</summary>
    private static bool IsOnlyRead(IPropertyReferenceOperation property) =>
        property.Parent switch
        {
            IAssignmentOperation assignment => assignment.Target != property,
            ITupleOperation or IArgumentOperation => false,
            _ => true,
        };

    /// <summary>
    /// Whether the member that the step stands in clears the gradients of what the source calls the same, or calls a
    /// method that is called after doing so: who accumulates on purpose clears now and then.
    /// </summary>
    private bool IsCleared(IInvocationOperation step)
    {
        if (EnclosingMember.Of(step.Syntax) is not { } member || step.Instance is not { IsImplicit: false } optimizer)
        {
            return false;
        }

        var clearing = clearings.GetOrAdd(member, Clearing.In);
        return clearing.IsByHelper || clearing.Cleared.Contains(optimizer.Syntax.ToString());
    }
}
