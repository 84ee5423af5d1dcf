using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT1009;

/// <summary>What a class does with a collection of modules that a member or a variable holds.</summary>
internal sealed class CollectionUse
{
    private static readonly string[] Additions =
        ["Add", "AddLast", "AddFirst", "Append", "Enqueue", "Insert", "Push", "TryAdd"];

    private readonly List<IOperation> values = [];
    private readonly List<IOperation> elements = [];

    /// <summary>What is assigned as a whole.</summary>
    public IReadOnlyList<IOperation> Values => values;

    /// <summary>Whether it goes elsewhere, where its modules may be registered: to a method, a variable, the caller.</summary>
    public bool Leaves { get; private set; }

    /// <summary>Whether TorchSharp gets it, which makes a module of it, as <c>Sequential(layers)</c> does.</summary>
    public bool MakesModule { get; private set; }

    /// <summary>Takes note of what is assigned at the declaration.</summary>
    public void AddValue(IOperation value) => values.Add(value);

    /// <summary>Takes note of one place where the code names it.</summary>
    public void Add(IOperation reference)
    {
        var (used, user) = (reference, reference.Parent);
        while (user is IConversionOperation)
        {
            (used, user) = (user, user.Parent);
        }

        switch (user)
        {
            case INameOfOperation:
                break;
            case ISimpleAssignmentOperation assignment when assignment.Target == used:
                values.Add(assignment.Value);
                break;
            case ISimpleAssignmentOperation { Target: IMemberReferenceOperation { Instance: IInstanceReferenceOperation } }:
                // The member has it from here on; what it is used for there is looked at there.
                break;
            case IArrayElementReferenceOperation element when element.ArrayReference == used:
                AddElement(element);
                break;
            case IPropertyReferenceOperation { Property.IsIndexer: true } element when element.Instance == used:
                AddElement(element);
                break;
            case IFieldReferenceOperation { Field.ContainingType.IsTupleType: true } element when element.Instance == used:
                AddElement(element);
                break;
            case IArgumentOperation { Parent: IInvocationOperation { TargetMethod.ContainingType.Name: "Enumerable" } query }
                when OnlyCalls(query):
                break;
            case IPropertyReferenceOperation { Property.Name: "Count" or "Length" }:
                break;
            case IForEachLoopOperation loop when loop.Collection == used:
                Leaves |= loop.Locals.Any(local => PassesOn(loop.Body, local));
                break;
            case IInvocationOperation call when call.Instance == used && Additions.Contains(call.TargetMethod.Name):
                elements.Add(call.Arguments.Length > 0 ? call.Arguments[call.Arguments.Length - 1].Value : call);
                break;
            case IInvocationOperation { TargetMethod.Name: "AddRange" or "Clear" } call when call.Instance == used:
                values.AddRange(call.Arguments.Select(argument => argument.Value));
                break;
            case IArgumentOperation { Parent: IInvocationOperation call }:
                Leaves = true;
                MakesModule |= TorchTypes.IsLibrary(call.TargetMethod);
                break;
            default:
                Leaves = true;
                break;
        }
    }

    /// <summary>Whether a module is made for it here and held by nothing else.</summary>
    public bool HoldsOwn(TorchTypes torch, Func<ILocalSymbol, CollectionUse?> variables) =>
        elements.Exists(element => IsMadeHere(element, torch))
        || values.Exists(value => SingleAssignment.Unconverted(value) is ILocalReferenceOperation { Local: var local }
            ? variables(local) is { Leaves: false } variable && variable.HoldsOwn(torch, _ => null)
            : Listed(value).Any(element => IsMadeHere(element, torch)));

    private void AddElement(IOperation element)
    {
        if (element.Parent is ISimpleAssignmentOperation assignment && assignment.Target == element)
        {
            elements.Add(assignment.Value);
        }
        else if (!IsCalled(element))
        {
            Leaves = true;
        }
    }

    /// <summary>Whether a method of the module is called, and nothing else is done with it.</summary>
    private static bool IsCalled(IOperation module) => module.Parent is IInvocationOperation call && call.Instance == module;

    /// <summary>Whether a query only calls the modules that it is asked of: their parameters may go to an optimizer.</summary>
    private static bool OnlyCalls(IInvocationOperation query)
    {
        var lambdas = query.Arguments
            .Select(argument => argument.Value)
            .OfType<IDelegateCreationOperation>()
            .Select(created => created.Target)
            .OfType<IAnonymousFunctionOperation>()
            .ToList();
        return lambdas.Count == query.Arguments.Length - 1
            && lambdas.Count > 0
            && lambdas.TrueForAll(lambda => !lambda.Symbol.Parameters.IsEmpty
                && lambda.Body.Descendants()
                    .OfType<IParameterReferenceOperation>()
                    .Where(reference => SymbolEqualityComparer.Default.Equals(reference.Parameter, lambda.Symbol.Parameters[0]))
                    .All(reference => IsCalled(reference)
                        && ((IInvocationOperation)reference.Parent!).TargetMethod.Name is "call" or "forward"));
    }

    private static bool PassesOn(IOperation body, ILocalSymbol module) =>
        body.Descendants()
            .OfType<ILocalReferenceOperation>()
            .Any(reference => SymbolEqualityComparer.Default.Equals(reference.Local, module) && !IsCalled(reference));

    /// <summary>The elements that an expression puts into the collection it makes, as far as they are written down.</summary>
    public static IEnumerable<IOperation> Listed(IOperation value) =>
        SingleAssignment.Unconverted(value) switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation collection => collection.Elements.SelectMany(element =>
                element is ISpreadOperation spread ? Selected(spread.Operand) : [element]),
            ITupleOperation tuple => tuple.Elements,
            IObjectCreationOperation { Initializer: { } initializer } => initializer.Initializers.Select(added =>
                added switch
                {
                    IInvocationOperation { Arguments: { Length: > 0 } arguments } => arguments[arguments.Length - 1].Value,
                    ISimpleAssignmentOperation assignment => assignment.Value,
                    _ => added,
                }),
            IInvocationOperation query => Selected(query),
            _ => [],
        };

    /// <summary>What the last <c>Select</c> of a query makes of each element.</summary>
    private static IEnumerable<IOperation> Selected(IOperation query)
    {
        query = SingleAssignment.Unconverted(query);
        while (query is IInvocationOperation { TargetMethod: { ContainingType.Name: "Enumerable", Name: not "Select" } } outer
            && outer.Arguments.Length > 0)
        {
            query = SingleAssignment.Unconverted(outer.Arguments[0].Value);
        }

        return query is IInvocationOperation { TargetMethod: { ContainingType.Name: "Enumerable" } } select
            ? select
                .Arguments.Skip(1)
                .Select(argument => argument.Value)
                .OfType<IDelegateCreationOperation>()
                .Select(created => created.Target)
                .OfType<IAnonymousFunctionOperation>()
                .SelectMany(lambda => lambda.Body.Operations.OfType<IReturnOperation>())
                .Select(returned => returned.ReturnedValue)
                .OfType<IOperation>()
            : [];
    }

    private static bool IsMadeHere(IOperation value, TorchTypes torch)
    {
        value = SingleAssignment.Unconverted(value);
        return value switch
        {
            ITupleOperation { Elements: { Length: 2 } named } => IsMadeHere(named[1], torch),
            ILocalReferenceOperation reference => SingleAssignment.Of(reference, default) is { } only
                && only is not ILocalReferenceOperation
                && IsMadeHere(only, torch)
                && IsOnlyUse(reference),
            IObjectCreationOperation { Type: { } made } => torch.IsModule(made) && StoredMembers.MayHaveParameters(made),
            IInvocationOperation { TargetMethod: { IsStatic: true, IsExtensionMethod: false } maker, Type: { } made } =>
                TorchTypes.IsLibrary(maker) && torch.IsModule(made) && StoredMembers.MayHaveParameters(made),
            _ => false,
        };
    }

    private static bool IsOnlyUse(ILocalReferenceOperation reference) =>
        OperationTree.RootOf(reference)
            .Descendants()
            .OfType<ILocalReferenceOperation>()
            .Count(other => SymbolEqualityComparer.Default.Equals(other.Local, reference.Local)) == 1;
}
