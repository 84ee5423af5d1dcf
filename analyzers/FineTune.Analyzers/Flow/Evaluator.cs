using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>Walks the operations of a basic block along one path, operands first, as they run.</summary>
internal sealed partial class Evaluator(Engine engine, FlowPath path, ControlFlowGraph graph)
{
    private const int TupleLimit = 64;

    private readonly FlowDomain domain = engine.Domain;
    private readonly SlotTable slots = engine.Slots;
    private readonly EntryObjects entryObjects = new(engine, path);
    private readonly Conditions conditions = engine.ConditionsOf(graph);

    /// <summary>What <paramref name="operation"/> gives; an operation that is not known here gives nothing known.</summary>
    public Value Evaluate(IOperation? operation)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (operation)
        {
            case null:
                return Value.Unknown;
            case { ConstantValue.HasValue: true }:
                return new Constant(operation.ConstantValue.Value);
            case IExpressionStatementOperation statement:
                return Evaluate(statement.Operation);

            // The most frequent first.
            case IInvocationOperation invocation:
                return Invoke(invocation);
            case ILocalReferenceOperation local:
                return path.Read(slots.Of(local.Local));
            case IConversionOperation conversion:
                return Convert(conversion);
            case IFieldReferenceOperation or IPropertyReferenceOperation:
                return ReadMember((IMemberReferenceOperation)operation);
            case IParameterReferenceOperation parameter:
                return ReadParameter(parameter);
            case ISimpleAssignmentOperation assignment:
                return Assign(assignment);
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                return path.Read(slots.This);
            case IFlowCaptureReferenceOperation capture:
                return path.Read(slots.Of(graph, capture.Id));
            case IFlowCaptureOperation capture:
                path.Bind(slots.Of(graph, capture.Id), Evaluate(capture.Value));
                return Value.Unknown;
            case IDefaultValueOperation { Type.IsReferenceType: true }:
                return Value.Null;
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case IAwaitOperation await:
                return Evaluate(await.Operation);
            case IDeconstructionAssignmentOperation deconstruction:
                return Deconstruct(deconstruction);
            case ICompoundAssignmentOperation compound:
                ImmutableArray<Value> operands = [Evaluate(compound.Target), Evaluate(compound.Value)];
                EscapeFunctions(operands);
                var combined = domain.Operate(compound, operands, path) ?? Value.Unknown;
                Store(compound.Target, combined);
                return combined;
            case IIncrementOrDecrementOperation increment:
                Store(increment.Target, Value.Unknown);
                return Value.Unknown;
            case IEventAssignmentOperation assignment:
                Escape(Evaluate(assignment.HandlerValue));
                return Value.Unknown;
            case ITupleOperation tuple:
                return Pack(ImmutableArray.CreateRange(tuple.Elements, Evaluate));
            case IDeclarationExpressionOperation declaration:
                return Evaluate(declaration.Expression);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not:
                return Evaluate(not.Operand).AsBool is { } operand ? Value.Of(!operand) : Value.Unknown;
            case IBinaryOperation binary:
                return Compare(binary);
            case IIsNullOperation isNull:
                return IsNull(Evaluate(isNull.Operand));
            case IIsPatternOperation isPattern:
                return Match(isPattern.Pattern, Evaluate(isPattern.Value));
            case IIsTypeOperation isType:
                Evaluate(isType.ValueOperand);
                return Value.Unknown;
            case IObjectCreationOperation creation:
                return Create(creation);
            case IDelegateCreationOperation creation:
                return Evaluate(creation.Target);
            case IMethodReferenceOperation { Method.MethodKind: MethodKind.DelegateInvoke, Instance: { } same }:
                return Evaluate(same);
            case IMethodReferenceOperation method:
                return new FunctionValue(null, method.Method, graph, method.Instance is null ? null : Evaluate(method.Instance));
            case IFlowAnonymousFunctionOperation lambda:
                return new FunctionValue(lambda, lambda.Symbol, graph, path.Variables.Find(slots.This));
            case IArrayCreationOperation array:
                return Collect(array, [.. array.DimensionSizes], array.Initializer?.ElementValues ?? []);
            case ICollectionExpressionOperation collection:
                return Collect(collection, [], collection.Elements);
            case IArrayElementReferenceOperation element:
                return ReadElement(element);
            case ISpreadOperation spread:
                return Evaluate(spread.Operand);
            case IReturnOperation yielded:
                Escape(Evaluate(yielded.ReturnedValue));
                Escape(path.Read(slots.This));
                path.ForgetEscaped(domain);
                return Value.Unknown;
            default:
                return EvaluateOperands(operation);
        }
    }

    /// <summary>A tuple, but for one that a loop packs into itself without end.</summary>
    private Value Pack(ImmutableArray<Value> elements)
    {
        var tuple = new TupleValue(elements);
        if (tuple.Size <= TupleLimit)
        {
            return tuple;
        }

        Escape(tuple);
        return Value.Unknown;
    }

    private Value EvaluateOperands(IOperation operation)
    {
        var keeps = operation is IAnonymousObjectCreationOperation or IDynamicInvocationOperation or IDynamicObjectCreationOperation
            or IFunctionPointerInvocationOperation or IWithOperation;
        foreach (var operand in operation.ChildOperations)
        {
            var value = Evaluate(operand);
            if (keeps || value is FunctionValue)
            {
                Escape(value);
            }
        }

        return Value.Unknown;
    }

    private Value ReadParameter(IParameterReferenceOperation operation)
    {
        // A parameter of a primary constructor, read in another member, is a field in all but name.
        var value = path.Variables.Find(slots.Of(operation.Parameter));
        if (value is null && operation.Parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor }
            && path.Read(slots.This) is Reference receiver)
        {
            return entryObjects.ReadField(receiver, operation.Parameter, operation.Parameter.Type);
        }

        return path.Read(slots.Of(operation.Parameter));
    }

    private Value Convert(IConversionOperation conversion)
    {
        var value = Evaluate(conversion.Operand);
        if (conversion.OperatorMethod is null)
        {
            return value;
        }

        Escape(value);
        return Value.Unknown;
    }

    private Value Compare(IBinaryOperation binary)
    {
        var left = Evaluate(binary.LeftOperand);
        var right = Evaluate(binary.RightOperand);
        switch (binary.OperatorKind)
        {
            case BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals when binary.OperatorMethod is null:
                var equal = (left, right) switch
                {
                    (Constant a, Constant b) => Equals(a.Content, b.Content),
                    (Reference, Constant { Content: null }) or (Constant { Content: null }, Reference) => false,
                    (Reference a, Reference b) when a.Equals(b) => true,
                    _ => (bool?)null,
                };
                return equal is { } known ? Value.Of(known == (binary.OperatorKind == BinaryOperatorKind.Equals)) : Value.Unknown;
            case BinaryOperatorKind.And when left.AsBool is { } a && right.AsBool is { } b:
                return Value.Of(a && b);
            case BinaryOperatorKind.Or when left.AsBool is { } a && right.AsBool is { } b:
                return Value.Of(a || b);
            default:
                EscapeFunctions([left, right]);
                return domain.Operate(binary, [left, right], path) ?? Value.Unknown;
        }
    }

    private static Value IsNull(Value value) => value switch
    {
        Constant constant => Value.Of(constant.Content is null),
        Reference or FunctionValue => Value.False,
        _ => Value.Unknown,
    };

    /// <summary>Whether <paramref name="value"/> matches; binds the variables of the pattern.</summary>
    private Value Match(IPatternOperation pattern, Value value)
    {
        switch (pattern)
        {
            case IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: var constant } }:
                return constant is null ? IsNull(value)
                    : value is Constant known ? Value.Of(Equals(known.Content, constant))
                    : Value.Unknown;
            case INegatedPatternOperation negated:
                return Match(negated.Pattern, value).AsBool is { } matches ? Value.Of(!matches) : Value.Unknown;
            case IDeclarationPatternOperation { DeclaredSymbol: var symbol } declaration:
                Bind(symbol, value);
                return value is Constant { Content: null } ? Value.False
                    : value is Reference reference && IsA(path[reference].Type, declaration.MatchedType) ? Value.True
                    : Value.Unknown;
            case ITypePatternOperation type:
                return value is Constant { Content: null } ? Value.False
                    : value is Reference typed && IsA(path[typed].Type, type.MatchedType) ? Value.True
                    : Value.Unknown;
            case IRecursivePatternOperation recursive:
                Bind(recursive.DeclaredSymbol, value);
                foreach (var property in recursive.PropertySubpatterns)
                {
                    Match(property.Pattern, Value.Unknown);
                }

                foreach (var element in recursive.DeconstructionSubpatterns)
                {
                    Match(element, Value.Unknown);
                }

                return
                    recursive.PropertySubpatterns.IsEmpty
                    && recursive.DeconstructionSubpatterns.IsEmpty
                    && IsNull(value).AsBool is { } isNull
                    && (isNull || (value is Reference matched && IsA(path[matched].Type, recursive.MatchedType)))
                    ? Value.Of(!isNull)
                    : Value.Unknown;
            case IBinaryPatternOperation binary:
                Match(binary.LeftPattern, value);
                Match(binary.RightPattern, value);
                return Value.Unknown;
            default:
                return Value.Unknown;
        }
    }

    private void Bind(ISymbol? declared, Value value)
    {
        if (declared is not null)
        {
            path.Write(slots.Of(declared), Kept(slots.Of(declared), value));
        }
    }

    private static bool IsA(ITypeSymbol? type, ITypeSymbol? target)
    {
        if (target is null)
        {
            return true;
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current, target))
            {
                return true;
            }
        }

        return type is not null && type.AllInterfaces.Contains(target, SymbolEqualityComparer.Default);
    }

    private Value ReadMember(IMemberReferenceOperation operation)
    {
        var receiver = operation.Instance is null ? null : Evaluate(operation.Instance);
        if (operation is IPropertyReferenceOperation property)
        {
            foreach (var argument in property.Arguments)
            {
                Escape(Evaluate(argument.Value));
            }
        }

        if (domain.Read(operation, receiver, path) is { } known)
        {
            return known;
        }

        if (operation is IPropertyReferenceOperation read && ReadSequence(read, receiver) is { } element)
        {
            return element;
        }

        if (operation is IFieldReferenceOperation { Field: { ContainingType.IsTupleType: true } field } && receiver is TupleValue tuple)
        {
            return ElementOf(tuple, field);
        }

        if (!IsStored(operation.Member) && !domain.IsPart(operation.Member))
        {
            return ReadComputed((IPropertyReferenceOperation)operation, receiver);
        }

        if (receiver is Reference owner)
        {
            return entryObjects.ReadField(owner, operation.Member, operation.Type!);
        }

        if (operation.Instance is not null)
        {
            return entryObjects.Existing(operation.Type, escaped: true) ?? Value.Unknown;
        }

        var slot = slots.Of(operation.Member);
        if (path.Variables.Find(slot) is { } value)
        {
            return value;
        }

        if (entryObjects.Existing(operation.Type, escaped: true) is not { } existing)
        {
            return Value.Unknown;
        }

        path.Bind(slot, existing);
        return existing;
    }

    private static Value ElementOf(TupleValue tuple, IFieldSymbol element)
    {
        // Whichever name it goes by, there is Item1 beneath.
        var elements = element.ContainingType.TupleElements;
        for (var i = 0; i < elements.Length && i < tuple.Elements.Length; i++)
        {
            if ((elements[i].CorrespondingTupleField ?? elements[i]).Name == (element.CorrespondingTupleField ?? element).Name)
            {
                return tuple.Elements[i];
            }
        }

        return Value.Unknown;
    }

    private Value ReadComputed(IPropertyReferenceOperation operation, Value? receiver)
    {
        if (domain.TrackedTypes.MayBeHeldBy(operation.Type) && operation.Property.GetMethod is { } getter
            && Dispatch(getter, receiver, IsVirtual(operation)) is { } body)
        {
            return CallSource(body.Method, body.Graph, receiver, [], operation);
        }

        return entryObjects.Existing(operation.Type, escaped: true) ?? Value.Unknown;
    }

    /// <summary>Whether reading the member gives what was last assigned to it.</summary>
    private bool IsStored(ISymbol member) =>
        member is IFieldSymbol || (member is IPropertySymbol property && engine.Bodies.IsStored(property));
}
