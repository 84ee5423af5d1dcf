using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

internal sealed partial class Evaluator
{
    private Value Assign(ISimpleAssignmentOperation assignment)
    {
        if (assignment.IsRef)
        {
            Alias(assignment);
            return Value.Unknown;
        }

        // The receiver of the target runs before the value.
        var receiver = assignment.Target is IMemberReferenceOperation { Instance: { } instance } ? Evaluate(instance) : null;
        if (assignment.Target is IPropertyReferenceOperation { Arguments: { IsEmpty: false } arguments })
        {
            foreach (var argument in arguments)
            {
                Evaluate(argument.Value);
            }
        }

        var value = Evaluate(assignment.Value);
        Store(assignment.Target, value, receiver);
        return value;
    }

    /// <summary><c>ref var x = ref y</c>: one variable under two names. Of anything but a variable, nothing is followed.</summary>
    private void Alias(ISimpleAssignmentOperation assignment)
    {
        if (SlotOf(assignment.Target) is not { } name)
        {
            return;
        }

        if (SlotOf(assignment.Value) is { } variable)
        {
            // A name of a name is a name of the variable itself, and one that may stand for several variables in turn is
            // not followed: so names never stand for one another in a circle.
            variable = path.Unaliased(variable);
            if (assignment.Target is ILocalReferenceOperation { IsDeclaration: true })
            {
                path.Bind(name, new VariableAlias(variable));
                return;
            }

            Escape(path.Read(variable));
            path.Bind(variable, LeakedVariable.Instance);
        }

        Escape(Evaluate(assignment.Value));
        path.Bind(name, LeakedVariable.Instance);
        if (assignment.Value is IMemberReferenceOperation)
        {
            Store(assignment.Value, Value.Unknown);
        }
    }

    private int? SlotOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => slots.Of(local.Local),
        IParameterReferenceOperation parameter => slots.Of(parameter.Parameter),
        IDeclarationExpressionOperation declaration => SlotOf(declaration.Expression),
        _ => null,
    };

    private Value Deconstruct(IDeconstructionAssignmentOperation deconstruction)
    {
        var value = Evaluate(deconstruction.Value);
        Store(deconstruction.Target, value);
        return value;
    }

    private void Store(IOperation target, Value value) =>
        Store(target, value, target is IMemberReferenceOperation { Instance: { } instance } ? Evaluate(instance) : null);

    private void Store(IOperation target, Value value, Value? receiver)
    {
        switch (target)
        {
            case ILocalReferenceOperation or IParameterReferenceOperation:
                var slot = SlotOf(target)!.Value;
                path.Write(slot, Kept(slot, value));
                break;
            case IFlowCaptureReferenceOperation capture:
                if (conditions.Source(capture) is { } source and not IFlowCaptureReferenceOperation)
                {
                    Store(source, value);
                }

                path.Bind(slots.Of(graph, capture.Id), value);
                break;
            case IMemberReferenceOperation member:
                StoreMember(member, value, receiver);
                break;
            case IDeclarationExpressionOperation declaration:
                Store(declaration.Expression, value);
                break;
            case ITupleOperation tuple:
                var elements = value as TupleValue;
                for (var i = 0; i < tuple.Elements.Length; i++)
                {
                    Store(tuple.Elements[i], elements is not null && i < elements.Elements.Length ? elements.Elements[i] : Value.Unknown);
                }

                break;
            case IDiscardOperation:
                break;
            case IArrayElementReferenceOperation element:
                StoreElement(element, value);
                break;
            default:
                Escape(value);
                break;
        }
    }

    private void StoreMember(IMemberReferenceOperation target, Value value, Value? receiver)
    {
        if (domain.Write(target, receiver, value, path))
        {
            return;
        }

        if (value is FunctionValue)
        {
            Escape(value);
            value = Value.Unknown;
        }

        var slot = slots.Of(target.Member);
        if (!IsStored(target.Member))
        {
            Escape(value);
            if (receiver is Reference && target.Member is IPropertySymbol { SetMethod.DeclaringSyntaxReferences.IsEmpty: false })
            {
                Escape(receiver);
                path.ForgetEscaped(domain);
            }
        }
        else if (receiver is Reference owner)
        {
            path.WriteField(owner, slot, Kept(slot, value));
        }
        else
        {
            Escape(value);
            if (target.Instance is null)
            {
                path.Bind(slot, value);
            }
        }
    }

    /// <summary>What is worth remembering: a constant only where a condition or the domain asks for it.</summary>
    private Value Kept(int slot, Value value) =>
        value is Constant && !conditions.Tests(slot) && !domain.Follows(slots.SymbolOf(slot)) ? Value.Unknown : value;
}
