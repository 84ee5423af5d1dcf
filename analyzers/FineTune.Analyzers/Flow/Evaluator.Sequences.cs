using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <content>Arrays and collection expressions of followed objects, element by element.</content>
internal sealed partial class Evaluator
{
    private const int MostElements = 8;

    private Value Collect(IOperation operation, ImmutableArray<IOperation> sizes, ImmutableArray<IOperation> elements)
    {
        foreach (var size in sizes)
        {
            Evaluate(size);
        }

        var values = ImmutableArray.CreateRange(elements, Evaluate);
        if (domain.Collect(operation, values, path) is { } collection)
        {
            return collection;
        }

        if (values.Length <= MostElements
            && values.Any(value => value is Reference)
            && !elements.Any(element => element is ISpreadOperation))
        {
            var sequence = path.New(new SequenceFact(values.Length, 0), operation.Type, exact: false);
            for (var i = 0; i < values.Length; i++)
            {
                path.WriteField(sequence, Element(i), values[i]);
            }

            return sequence;
        }

        foreach (var value in values)
        {
            Escape(value);
        }

        return Value.Unknown;
    }

    /// <summary>A list that an initializer fills; null for any other object.</summary>
    private Value? CreateList(IObjectCreationOperation creation) =>
        creation is { Arguments.IsEmpty: true, Type: { Name: "List", ContainingNamespace.Name: "Generic" } type }
        && creation.Syntax is BaseObjectCreationExpressionSyntax { Initializer: not null }
            ? path.New(new SequenceFact(0, 0), type, exact: false)
            : null;

    /// <summary>
    /// What a method of a sequence, or of its enumerator, gives back; null where its elements are not followed any further.
    /// </summary>
    private Value? InvokeOnSequence(IMethodSymbol method, Value? target, ImmutableArray<Value> arguments, bool isInitializer)
    {
        if (target is not Reference sequence || path.Fact<SequenceFact>(sequence) is not { } fact)
        {
            return null;
        }

        switch (method.Name)
        {
            case "Add" when isInitializer && arguments.Length == 1 && fact.Count < MostElements:
                path.WriteField(sequence, Element(fact.Count), arguments[0]);
                path.Update(sequence, fact with { Count = fact.Count + 1 });
                return Value.Unknown;
            case "GetEnumerator":
                var enumerator = path.New(fact with { Position = 0 }, null, exact: false);
                path[enumerator] = path[enumerator] with { Fields = path[sequence].Fields };
                return enumerator;
            case "MoveNext":
                path.Update(sequence, fact with { Position = fact.Position + 1 });
                return Value.Of(fact.Position < fact.Count);
            case "Dispose":
                return Value.Unknown;
            case "ToList" or "ToArray" or "AsEnumerable":
                return sequence;
            default:
                return null;
        }
    }

    /// <summary>What a property of a sequence, or of its enumerator, gives.</summary>
    private Value? ReadSequence(IPropertyReferenceOperation operation, Value? receiver)
    {
        if (receiver is not Reference sequence || path.Fact<SequenceFact>(sequence) is not { } fact)
        {
            return null;
        }

        return operation switch
        {
            { Property.Name: "Current" } => ReadElement(sequence, fact.Position - 1),
            { Property.IsIndexer: true, Arguments.Length: 1 } => ReadElement(sequence, operation.Arguments[0].Value),
            _ => Value.Unknown,
        };
    }

    private Value ReadElement(IArrayElementReferenceOperation operation)
    {
        var array = Evaluate(operation.ArrayReference);
        foreach (var index in operation.Indices)
        {
            Evaluate(index);
        }

        return array is Reference sequence && path.Fact<SequenceFact>(sequence) is not null && operation.Indices.Length == 1
            ? ReadElement(sequence, operation.Indices[0])
            : Value.Unknown;
    }

    private Value ReadElement(Reference sequence, IOperation index)
    {
        if (index.ConstantValue is { HasValue: true, Value: int position })
        {
            return ReadElement(sequence, position);
        }

        // It may be any of them.
        Escape(sequence);
        path.ForgetEscaped(domain);
        return Value.Unknown;
    }

    private Value ReadElement(Reference sequence, int position) => path[sequence].Fields.Find(Element(position)) ?? Value.Unknown;

    private void StoreElement(IArrayElementReferenceOperation target, Value value)
    {
        Escape(value);
        if (Evaluate(target.ArrayReference) is Reference sequence && path.Fact<SequenceFact>(sequence) is not null)
        {
            Escape(sequence);
            path.Update(sequence, PlainObject.Instance);
        }
    }

    private int Element(int position) => slots.Named($"element {position}");
}
