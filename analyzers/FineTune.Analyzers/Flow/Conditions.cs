using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The conditions of one body, with the functions in it, that are asked more than once of operands that nobody assigns in between:
/// <c>if (fineTune) … if (fineTune) …</c> goes the same way twice. A path remembers which way it went.
/// </summary>
internal sealed class Conditions
{
    private readonly FlowDomain domain;
    private readonly SlotTable slots;
    private readonly Dictionary<CaptureId, IOperation?> captured = [];
    private readonly HashSet<int> repeated = [];
    private readonly HashSet<int> tested = [];
    private readonly Dictionary<int, int> lastAsked = [];
    private readonly Dictionary<IOperation, Question?> questions = [];

    public Conditions(ControlFlowGraph graph, FlowDomain domain, SlotTable slots)
    {
        this.domain = domain;
        this.slots = slots;
        Scan(graph, [], runsAgain: false);
    }

    /// <param name="body">The body of a method or function.</param>
    /// <param name="seen">The conditions that were met so far.</param>
    /// <param name="runsAgain">Whether it may run several times, so that each of its conditions is asked again.</param>
    private void Scan(ControlFlowGraph body, HashSet<int> seen, bool runsAgain)
    {
        foreach (var block in body.Blocks)
        {
            foreach (var operation in block.Operations)
            {
                if (operation is IFlowCaptureOperation capture)
                {
                    captured[capture.Id] = captured.ContainsKey(capture.Id) ? null : capture.Value;
                }
            }
        }

        var back = WaysBack(body);
        foreach (var block in body.Blocks)
        {
            var last = runsAgain ? int.MaxValue : LastBefore(block.Ordinal, back);
            foreach (var operation in block.Operations)
            {
                Scan(operation, body, seen, last);
            }

            if (block.BranchValue is not { } condition)
            {
                continue;
            }

            Scan(condition, body, seen, last);
            if (block.ConditionalSuccessor is null)
            {
                continue;
            }

            Count(condition, seen, last);
            if (runsAgain || back[block.Ordinal] <= block.Ordinal)
            {
                Count(condition, seen, last);
            }
        }

        foreach (var function in body.LocalFunctions)
        {
            Scan(body.GetLocalFunctionControlFlowGraph(function), seen, runsAgain: true);
        }
    }

    private void Scan(IOperation operation, ControlFlowGraph body, HashSet<int> seen, int last)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (operation)
        {
            case IFlowAnonymousFunctionOperation lambda:
                Scan(body.GetAnonymousFunctionControlFlowGraph(lambda), seen, runsAgain: true);
                break;
            case IArgumentOperation
            {
                Value: ILocalReferenceOperation or IParameterReferenceOperation,
                Parameter.Type.SpecialType: SpecialType.System_Boolean
            } argument:
                Count(argument.Value, seen, last);
                break;
        }

        foreach (var child in operation.ChildOperations)
        {
            Scan(child, body, seen, last);
        }
    }

    /// <summary>
    /// Of each block, the first one that a branch goes to from there or from a later one: a block at or after that may run again.
    /// </summary>
    private static int[] WaysBack(ControlFlowGraph body)
    {
        var ways = new int[body.Blocks.Length];
        for (var i = 0; i < ways.Length; i++)
        {
            ways[i] = int.MaxValue;
        }

        foreach (var block in body.Blocks)
        {
            Go(block.Ordinal, block.FallThroughSuccessor);
            Go(block.Ordinal, block.ConditionalSuccessor);
        }

        for (var i = ways.Length - 2; i >= 0; i--)
        {
            ways[i] = Math.Min(ways[i], ways[i + 1]);
        }

        return ways;

        void Go(int from, ControlFlowBranch? branch)
        {
            if (branch?.Destination is not { } destination)
            {
                return;
            }

            ways[from] = Math.Min(ways[from], destination.Ordinal);
            foreach (var passed in branch.FinallyRegions)
            {
                ways[passed.LastBlockOrdinal] = Math.Min(ways[passed.LastBlockOrdinal], destination.Ordinal);
            }
        }
    }

    /// <summary>The last block from which a way may lead to this one: itself, unless it is in a loop.</summary>
    private static int LastBefore(int block, int[] waysBack)
    {
        var last = block;
        for (var i = last + 1; i < waysBack.Length && waysBack[i] <= last; i++)
        {
            last = i;
        }

        return last;
    }

    private void Count(IOperation condition, HashSet<int> seen, int last)
    {
        Test(condition);

        if (Parse(condition) is not { } question)
        {
            return;
        }

        lastAsked[question.Slot] = Math.Max(last, lastAsked.TryGetValue(question.Slot, out var known) ? known : last);
        if (!seen.Add(question.Slot))
        {
            repeated.Add(question.Slot);
        }
    }

    /// <summary>Notes the variables whose constants decide a condition; which of two numbers is greater is never decided.</summary>
    private void Test(IOperation condition)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (condition)
        {
            case ILocalReferenceOperation local:
                tested.Add(slots.Of(local.Local));
                break;
            case IParameterReferenceOperation parameter:
                tested.Add(slots.Of(parameter.Parameter));
                break;
            case IFlowCaptureReferenceOperation capture when Source(capture) is ILocalReferenceOperation local:
                tested.Add(slots.Of(local.Local));
                break;
            case IBinaryOperation
            {
                OperatorKind: not (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals or BinaryOperatorKind.And
                    or BinaryOperatorKind.Or)
            }:
                return;
        }

        foreach (var operand in condition.ChildOperations)
        {
            Test(operand);
        }
    }

    /// <summary>What is left of a path's variables at a block: how a condition came out, while it may be asked again.</summary>
    /// <param name="variables">What the path knows.</param>
    /// <param name="block">Where it comes to.</param>
    /// <param name="kept">What it knew at the entry, which others may ask for.</param>
    public SlotMap StillAsked(SlotMap variables, BasicBlock block, SlotMap kept)
    {
        foreach (var variable in variables)
        {
            if (!IsAsked(variable.Key, block.Ordinal, kept))
            {
                return OnlyAsked(variables, block.Ordinal, kept);
            }
        }

        return variables;
    }

    private SlotMap OnlyAsked(SlotMap variables, int block, SlotMap kept) => variables.Where(slot => IsAsked(slot, block, kept));

    private bool IsAsked(int slot, int block, SlotMap kept) =>
        !lastAsked.TryGetValue(slot, out var last) || block <= last || kept.Find(slot) is not null;

    /// <summary>Whether a condition looks at this variable, so that a constant in it is worth remembering.</summary>
    public bool Tests(int slot) => tested.Contains(slot);

    /// <summary>Whether it matters to remember how this condition comes out.</summary>
    public bool IsRepeated(IOperation condition) => Parse(condition) is { } question && repeated.Contains(question.Slot);

    /// <summary>What a flow capture stands for: the operand that an assignment through it writes.</summary>
    public IOperation? Source(IFlowCaptureReferenceOperation reference) =>
        captured.TryGetValue(reference.Id, out var source) ? source : null;

    /// <summary>How <paramref name="condition"/> comes out, from what the path remembers; null where it does not know.</summary>
    public bool? Recall(IOperation condition, FlowPath path)
    {
        if (Parse(condition) is not { } question || !repeated.Contains(question.Slot))
        {
            return null;
        }

        if (path.Variables.Find(question.Slot) is Constant known)
        {
            return Equals(known.Content, question.Constant) != question.Negated;
        }

        return path.Variables.Find(Exclusion(question)) is not null ? question.Negated : null;
    }

    /// <summary>Notes on the path that <paramref name="condition"/> came out as <paramref name="outcome"/>.</summary>
    public void Remember(IOperation condition, bool outcome, FlowPath path)
    {
        if (Parse(condition) is not { } question || !repeated.Contains(question.Slot))
        {
            return;
        }

        var equal = outcome != question.Negated;
        if (equal)
        {
            path.Bind(question.Slot, new Constant(question.Constant));
        }
        else if (question.Constant is bool truth)
        {
            path.Bind(question.Slot, Value.Of(!truth));
        }
        else
        {
            path.Bind(Exclusion(question), Value.True);
        }
    }

    private int Exclusion(Question question)
    {
        var slot = slots.Named($"{question.Slot} is not {question.Constant}");
        foreach (var dependency in question.Dependencies)
        {
            slots.Depend(slot, dependency);
        }

        lastAsked[slot] = lastAsked[question.Slot];
        return slot;
    }

    /// <summary>A condition as "subject equals constant", or its negation.</summary>
    private Question? Parse(IOperation condition)
    {
        if (!questions.TryGetValue(condition, out var question))
        {
            questions.Add(condition, question = Read(condition));
        }

        return question;
    }

    private Question? Read(IOperation condition)
    {
        var negated = false;
        while (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
        {
            condition = not.Operand;
            negated = !negated;
        }

        var subject = condition;
        object? constant = true;
        switch (condition)
        {
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } binary
                when binary.RightOperand.ConstantValue.HasValue:
                subject = binary.LeftOperand;
                constant = binary.RightOperand.ConstantValue.Value;
                negated ^= binary.OperatorKind == BinaryOperatorKind.NotEquals;
                break;
            case IIsNullOperation isNull:
                subject = isNull.Operand;
                constant = null;
                break;
            case IIsPatternOperation { Pattern: IConstantPatternOperation { Value.ConstantValue.HasValue: true } pattern } isPattern:
                subject = isPattern.Value;
                constant = pattern.Value.ConstantValue.Value;
                break;
            case IIsPatternOperation
            {
                Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation { Value.ConstantValue.HasValue: true } pattern }
            } isPattern:
                subject = isPattern.Value;
                constant = pattern.Value.ConstantValue.Value;
                negated = !negated;
                break;
        }

        var dependencies = new List<int>();
        if (Key(subject, dependencies) is not { } key)
        {
            return null;
        }

        var slot = slots.Named(key);
        foreach (var dependency in dependencies)
        {
            slots.Depend(slot, dependency);
        }

        return new(slot, constant, negated, dependencies);
    }

    /// <summary>The text of an operand that gives the same value as long as nobody assigns its dependencies; null for any other.</summary>
    private string? Key(IOperation? operand, List<int> dependencies)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (operand)
        {
            case { ConstantValue.HasValue: true }:
                return $"#{operand.ConstantValue.Value}";
            case ILocalReferenceOperation local:
                return Slot(slots.Of(local.Local));
            case IParameterReferenceOperation parameter:
                return Slot(slots.Of(parameter.Parameter));
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                return "this";
            case IFlowCaptureReferenceOperation capture:
                return Source(capture) is { } source ? Key(source, dependencies) : null;
            case IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.IsEmpty: true }:
                var member = (IMemberReferenceOperation)operand;
                if (domain.FactOf(member.Member.ContainingType) is not null)
                {
                    return null;
                }

                var instance = member.Instance is null ? "" : Key(member.Instance, dependencies);
                return instance is null ? null : $"{instance}.{Slot(slots.Of(member.Member))}";
            case IConversionOperation { OperatorMethod: null } conversion:
                return Key(conversion.Operand, dependencies);
            case IUnaryOperation { OperatorMethod: null } unary:
                return Key(unary.Operand, dependencies) is { } only ? $"({unary.OperatorKind} {only})" : null;
            case IBinaryOperation { OperatorMethod: null } binary:
                return Key(binary.LeftOperand, dependencies) is { } left && Key(binary.RightOperand, dependencies) is { } right
                    ? $"({left} {binary.OperatorKind} {right})"
                    : null;
            case IIsPatternOperation
            {
                Pattern: IConstantPatternOperation
                    or IRelationalPatternOperation
                    or INegatedPatternOperation { Pattern: IConstantPatternOperation or IRelationalPatternOperation }
            } isPattern:
                return Key(isPattern.Value, dependencies) is { } value ? $"({value} is {isPattern.Pattern.Syntax})" : null;
            default:
                return null;
        }

        string Slot(int slot)
        {
            dependencies.Add(slot);
            return $"${slot}";
        }
    }

    private sealed record Question(int Slot, object? Constant, bool Negated, List<int> Dependencies);
}
