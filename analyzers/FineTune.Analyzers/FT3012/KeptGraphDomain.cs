using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3012;

/// <summary>
/// Follows tensors that surely have a graph, because <c>backward</c> was called on them, into sums that are made again
/// and again by the same operator.
/// </summary>
internal sealed class KeptGraphDomain(TorchTypes types) : FlowDomain
{
    /// <summary>What gives a tensor without a graph, whatever it is asked of.</summary>
    private static readonly HashSet<string> Detaching =
    [
        "detach",
        "detach_",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "argmax",
        "argmin",
        "argsort",
        "isnan",
        "isfinite",
        "isinf",
        "round",
        "sign",
        "zeros_like",
        "ones_like",
    ];

    public override Survey Survey => types.Survey;

    // A sum grows, whatever is done to what was summed.
    public override Fact Settle(Fact fact, ulong later) => fact;

    public override bool IsRelevant(ulong own, ulong? reach) =>
        ((OptimizerEffects)own & OptimizerEffects.SumsTensors) != 0
        && (reach is null || ((OptimizerEffects)reach & OptimizerEffects.GoesBackward) != 0);

    public override Fact? FactOf(ITypeSymbol type) => types.IsTensor(type) ? TensorFact.New : null;

    public override Fact Forget(Fact fact) => fact;

    public override bool IsHarmless(IMethodSymbol method) => TorchTypes.IsLibrary(method);

    // Nothing is forgotten of a tensor anyway.
    public override bool IsHarmless(ulong reach) => true;

    public override Value? Invoke(Call call)
    {
        var (method, path) = (call.Method, call.Path);
        if (method.Name == "Dispose" && path.Fact<ScopeFact>(call.Receiver) is { } scope)
        {
            path.Bind(NoGradient(path), Value.Of(scope.WasOff));
            return Value.Unknown;
        }

        if (!TorchTypes.IsLibrary(method))
        {
            return null;
        }

        switch (method.Name)
        {
            case "no_grad" or "inference_mode" or "set_grad_enabled" or "enable_grad":
                var previous = path.New(new ScopeFact(IsOff(path)), method.ReturnType, exact: false);
                var isOff = method.Name is "no_grad" or "inference_mode"
                    ? call.Arguments.FirstOrDefault()?.AsBool != false
                    : call.Arguments.FirstOrDefault()?.AsBool != true;
                path.Bind(NoGradient(path), Value.Of(isOff));
                return previous;
            case "backward":
                foreach (var tensor in call.Arguments.Take(1).Prepend(call.Receiver ?? Value.Unknown).OfType<Reference>())
                {
                    HasGraph(path, tensor);
                }

                return Value.Unknown;
        }

        if (!types.IsTensor(method.ReturnType))
        {
            return null;
        }

        var operands = call.Arguments.Prepend(call.Receiver ?? Value.Unknown).OfType<Reference>().ToImmutableArray<Value>();
        if (method.Name is "add" or "add_" && types.IsTensor(method.ContainingType) && operands.Length == 2)
        {
            var sum = Add(call.Operation, operands, path);
            if (method.Name == "add" || call.Receiver is not Reference inPlace)
            {
                return sum;
            }

            path[inPlace] = path[sum];
            return inPlace;
        }

        return Detaching.Contains(method.Name) || IsOff(path)
            ? path.New(TensorFact.New, method.ReturnType, exact: true)
            : Make(operands, path, method.ReturnType);
    }

    public override Value? Operate(IOperation operation, ImmutableArray<Value> operands, FlowPath path)
    {
        if (!types.IsTensor(operation.Type))
        {
            return null;
        }

        return
            operation
                is ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add }
                    or IBinaryOperation { OperatorKind: BinaryOperatorKind.Add }
            ? Add(operation, operands, path)
            : Make(operands, path, operation.Type);
    }

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) => inner;

    private static Reference Add(IOperation operation, ImmutableArray<Value> operands, FlowPath path)
    {
        var facts = operands.Select(operand => path.Fact<TensorFact>(operand)).OfType<TensorFact>().ToList();
        var before = facts.FirstOrDefault(fact => fact.SumAt == operation.Syntax);
        var isInGraph = !IsOff(path) && facts.Any(fact => fact.IsInGraph);
        if (isInGraph
            && SumInLoop.TargetOf(operation.Syntax) is { } sum
            && (before is { IsInGraph: true } || (SumInLoop.IsOfObject(sum) && !SumInLoop.IsInLoop(operation.Syntax)))
            && Sums.IsOnlyLookedAt(operation.Syntax, sum))
        {
            path.Report(
                new(KeptGraphAnalyzer.Rule, operation, -1, [sum.Identifier.ValueText], [], ImmutableDictionary<string, string?>.Empty));
        }

        var result = path.New(new TensorFact(isInGraph, operation.Syntax), operation.Type, exact: true);
        if (operands
                .OfType<Reference>()
                .FirstOrDefault(operand =>
                    path.Fact<TensorFact>(operand) is { } fact
                    && fact.SumAt != operation.Syntax
                    && !fact.IsInGraph
                    && operand.Equals(operands.Last()))
                is { } addend
            && !IsOff(path))
        {
            path.WriteField(result, Origin(path), addend);
        }

        return result;
    }

    /// <summary>A tensor computed from others. Of one, it has a graph if and only if that has; only this one step is remembered.</summary>
    private static Reference Make(ImmutableArray<Value> operands, FlowPath path, ITypeSymbol? type)
    {
        var sources = operands.OfType<Reference>().Where(operand => path.Fact<TensorFact>(operand) is not null).ToList();
        var made = path.New(
            new TensorFact(!IsOff(path) && sources.Any(source => path.Fact<TensorFact>(source)!.IsInGraph), null),
            type,
            exact: true);
        if (sources.Count == 1 && !IsOff(path) && path[sources[0]].Fields.Find(Origin(path)) is null)
        {
            path.WriteField(made, Origin(path), sources[0]);
        }

        return made;
    }

    /// <summary>The tensor has a graph, and so have what it was made from and what was summed from it.</summary>
    private static void HasGraph(FlowPath path, Reference tensor)
    {
        for (
            var current = tensor;
            current is not null && path.Fact<TensorFact>(current) is { SumAt: null } fact;
            current = path[current].Fields.Find(Origin(path)) as Reference)
        {
            path.Update(current, fact with { IsInGraph = true });
            for (var id = 0; id < path.Heap.Count; id++)
            {
                if (path.Heap[id].Fact is TensorFact { SumAt: not null } sum && current.Equals(path.Heap[id].Fields.Find(Origin(path))))
                {
                    path.Update(new(id), sum with { IsInGraph = true });
                }
            }
        }
    }

    private static bool IsOff(FlowPath path) => path.Variables.Find(NoGradient(path))?.AsBool == true;

    private static int NoGradient(FlowPath path) => path.Slots.Named("gradients are off");

    private static int Origin(FlowPath path) => path.Slots.Named("what a tensor was made from");

    /// <param name="IsInGraph">Whether it surely has a graph.</param>
    /// <param name="SumAt">The operator that made it, where that is a sum.</param>
    private sealed record TensorFact(bool IsInGraph, SyntaxNode? SumAt) : Fact
    {
        public static readonly TensorFact New = new(false, null);
    }

    /// <param name="WasOff">Whether gradients were off before the scope, and are again after it.</param>
    private sealed record ScopeFact(bool WasOff) : Fact;
}
