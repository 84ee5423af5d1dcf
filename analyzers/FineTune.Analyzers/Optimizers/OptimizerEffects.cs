using FineTune.Analyzers.Flow;
using FineTune.Analyzers.FT3012;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Optimizers;

/// <summary>What the operations of one body do to modules, parameters and optimizers.</summary>
internal sealed class OptimizerEffects(TorchTypes types)
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

    private readonly Dictionary<SyntaxNode, Clearing> clearings = [];

    public Effects Of(IOperation operation) =>
        operation switch
        {
            IInvocationOperation invocation => Of(invocation),
            IMethodReferenceOperation reference => Named(reference.Method.Name),
            IObjectCreationOperation { Type: { } type } when types.IsOptimizer(type) => Effects.BuildsOptimizer,
            IPropertyReferenceOperation { Property.Name: "requires_grad" } property when !IsOnlyRead(property) => Effects.ChangesGradients,
            IAssignmentOperation { Target: IMemberReferenceOperation target } assignment
                when types.IsModule(target.Type) || types.IsParameter(target.Type) => Effects.AssignsParts | Sum(assignment),
            IAssignmentOperation or IBinaryOperation => Sum(operation),
            _ => Effects.None,
        };

    private Effects Of(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var effects = Named(method.Name) | Sum(invocation);
        if (method.Name == "train"
            && invocation.Arguments.Any(argument => argument.Value.ConstantValue is not { HasValue: true, Value: true }))
        {
            effects |= Effects.SwitchesOff;
        }

        if (method.Name == "step" && types.IsOptimizer(method.ContainingType))
        {
            effects |= Effects.StepsOptimizer;
            if (!IsCleared(invocation))
            {
                effects |= Effects.StepsUncleared;
            }
        }

        foreach (var argument in invocation.Arguments)
        {
            if (types.IsOptimizer(argument.Value.Type) && !TorchTypes.IsLibrary(method))
            {
                effects |= Effects.PassesOptimizer;
            }
        }

        if (types.IsOptimizer(method.ReturnType))
        {
            effects |= Effects.BuildsOptimizer;
        }

        if ((Moves.Contains(method.Name) && types.IsModule(method.ReturnType))
            || (
                Growths.Contains(method.Name)
                && types.IsModule(
                    invocation.Instance?.Type ?? (invocation.Arguments.Length > 0 ? invocation.Arguments[0].Value.Type : null))))
        {
            effects |= Effects.MovesModules;
        }

        return effects;
    }

    private static Effects Named(string name) =>
        name switch
        {
            "step" => Effects.Steps,
            "backward" => Effects.GoesBackward,
            "requires_grad_" or "with_requires_grad" or "Unfreeze" => Effects.ChangesGradients,
            "Freeze" => Effects.ChangesGradients | Effects.SwitchesOff,
            "train" => Effects.SwitchesMode,
            "eval" => Effects.SwitchesOff,
            _ => Effects.None,
        };

    private Effects Sum(IOperation operation) => KeptGraphDomain.IsSumInLoop(operation, types) ? Effects.SumsTensors : Effects.None;

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

        if (!clearings.TryGetValue(member, out var clearing))
        {
            clearings.Add(member, clearing = Clearing.In(member));
        }

        return clearing.IsByHelper || clearing.Cleared.Contains(optimizer.Syntax.ToString());
    }
}
