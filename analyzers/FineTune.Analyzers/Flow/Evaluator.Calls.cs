using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

internal sealed partial class Evaluator
{
    private Value Invoke(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var receiver = invocation.Instance is null ? null : Evaluate(invocation.Instance);
        var arguments = Arguments(invocation.Arguments, method);
        if (!(invocation.IsImplicit && method.Name == "Dispose") && !domain.NeverThrows(method, receiver, path))
        {
            path.MayThrow();
        }

        if (domain.Invoke(new(invocation, method, receiver, arguments, path)) is { } known)
        {
            return known;
        }

        var isInitializer = invocation.Syntax.Parent is InitializerExpressionSyntax;
        if (InvokeOnSequence(method, receiver ?? arguments.FirstOrDefault(), arguments, isInitializer) is { } ofSequence)
        {
            return ofSequence;
        }

        if (method.MethodKind == MethodKind.Constructor && receiver is Reference made)
        {
            Make(made, method, arguments, invocation);
            return Value.Unknown;
        }

        if (IsPassThrough(method))
        {
            return receiver ?? arguments.FirstOrDefault() ?? Value.Unknown;
        }

        if (method.MethodKind == MethodKind.DelegateInvoke && receiver is FunctionValue function)
        {
            return CallFunction(function, arguments, invocation);
        }

        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return CallFunction(new(null, method, graph, path.Variables.Find(slots.This)), arguments, invocation);
        }

        if (KeepsNothing(method))
        {
            return Value.Unknown;
        }

        if (method.Name == "ForEach" && IsBaseLibrary(method) && (receiver ?? arguments.FirstOrDefault()) is { } collection
            && domain.ElementOf(collection, path) is { } element && arguments.LastOrDefault() is FunctionValue action)
        {
            return CallFunction(action, [element], invocation);
        }

        if (Callbacks.Of(invocation) is var callback and not Callback.None && arguments.LastOrDefault() is FunctionValue callee)
        {
            return CallBack(callback, callee, receiver, arguments, invocation);
        }

        if (IsOfInterest(method, receiver, arguments) && Dispatch(method, receiver, invocation.IsVirtual) is { } body
            && (!body.Method.IsAsync || IsAwaited(invocation)))
        {
            return CallSource(body.Method, body.Graph, receiver, Decided(arguments, invocation.Arguments, body.Graph), invocation);
        }

        return CallUnknown(method, receiver, arguments, invocation.Arguments);
    }

    private ImmutableArray<Value> Arguments(ImmutableArray<IArgumentOperation> arguments, IMethodSymbol method)
    {
        // Asked for once: the compiler makes a list of parameters anew each time.
        var values = new Value[method.Parameters.Length];
        if (values.Length == 0 && arguments.IsEmpty)
        {
            return [];
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Value.Unknown;
        }

        foreach (var argument in arguments)
        {
            var value = Evaluate(argument.Value);
            if (argument.Parameter is { } parameter)
            {
                values[parameter.Ordinal] = value;
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }

    /// <summary>
    /// The arguments, a condition that the caller asks again and the callee asks too decided one way or the other, so
    /// that both go the same way.
    /// </summary>
    private ImmutableArray<Value> Decided(ImmutableArray<Value> values, ImmutableArray<IArgumentOperation> arguments, ControlFlowGraph body)
    {
        foreach (var argument in arguments)
        {
            if (argument.Parameter is not { Type.SpecialType: SpecialType.System_Boolean, RefKind: RefKind.None } parameter
                || values[parameter.Ordinal] is Constant
                || !conditions.IsRepeated(argument.Value)
                || !engine.ConditionsOf(body).Tests(slots.Of(parameter)))
            {
                continue;
            }

            if (conditions.Recall(argument.Value, path) is not { } decided)
            {
                decided = path.Choose(2) == 0;
                conditions.Remember(argument.Value, decided, path);
            }

            values = values.SetItem(parameter.Ordinal, Value.Of(decided));
        }

        return values;
    }

    private static bool IsPassThrough(IMethodSymbol method) =>
        method
            is
        {
            Name: "FromResult" or "ConfigureAwait" or "GetAwaiter",
            ContainingType: { ContainingNamespace.Name: "Tasks", Name: "Task" or "ValueTask" }
        }
        || method is { Name: "GetResult", ContainingType: { Name: "TaskAwaiter" or "ValueTaskAwaiter" } };

    /// <summary>Whether a method of the base library only looks at what it is given, whatever that is.</summary>
    private bool KeepsNothing(IMethodSymbol method) =>
        domain.IsHarmless(method)
        || method.ContainingType
            is
        {
            ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true },
            Name: "Console" or "GC" or "ArgumentNullException" or "ObjectDisposedException"
        }
        || method is { Name: "ReferenceEquals" or "GetType", ContainingType.SpecialType: SpecialType.System_Object };

    private bool IsOfInterest(IMethodSymbol method, Value? receiver, ImmutableArray<Value> arguments) =>
        receiver is Reference || arguments.Any(IsTracked) || (method.IsStatic && domain.TrackedTypes.HoldsOne(method.ContainingType))
        || domain.TrackedTypes.MayHoldOne(Awaited(method.ReturnType))
        || method.ReturnType.IsTupleType || method.Parameters.Any(parameter => parameter.RefKind != RefKind.None);

    private static bool IsTracked(Value value) =>
        value is Reference or FunctionValue || (value is TupleValue tuple && tuple.Elements.Any(IsTracked));

    private static ITypeSymbol Awaited(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments.Length: 1 } task ? task.TypeArguments[0] : type;

    private static bool IsVirtual(IPropertyReferenceOperation operation) =>
        operation.Instance is not IInstanceReferenceOperation { Syntax: Microsoft.CodeAnalysis.CSharp.Syntax.BaseExpressionSyntax };

    /// <summary>The one body in source that runs; null where it may be another, or cannot be seen.</summary>
    private (IMethodSymbol Method, ControlFlowGraph Graph)? Dispatch(IMethodSymbol method, Value? receiver, bool isVirtual)
    {
        if (engine.IsDeep)
        {
            return null;
        }

        var target = method;
        if (isVirtual
            && (method.IsVirtual || method.IsAbstract || method.IsOverride)
            && !method.IsSealed
            && !method.ContainingType.IsSealed)
        {
            if (receiver is not Reference reference || path[reference] is not { IsExact: true, Type: { } exact })
            {
                return null;
            }

            target = Override(method, exact);
        }

        if (target is null || engine.Bodies.Find(target, engine.Cancellation) is not { } body || engine.Bodies.IsIterator(body))
        {
            return null;
        }

        return (target, body);
    }

    private static IMethodSymbol? Override(IMethodSymbol method, ITypeSymbol exact)
    {
        if (method.ContainingType.TypeKind == TypeKind.Interface)
        {
            return exact.FindImplementationForInterfaceMember(method) as IMethodSymbol;
        }

        for (var type = exact; type is not null; type = type.BaseType)
        {
            foreach (var candidate in type.GetMembers(method.Name).OfType<IMethodSymbol>())
            {
                for (var overridden = candidate; overridden is not null; overridden = overridden.OverriddenMethod)
                {
                    if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, method.OriginalDefinition))
                    {
                        return candidate;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Whether the code goes on only when what a call begins has come to its end.</summary>
    private static bool IsAwaited(IOperation call)
    {
        var parent = call.Parent;
        while (parent is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "GetAwaiter" })
        {
            parent = parent.Parent;
        }

        return parent is IAwaitOperation or IInvocationOperation { TargetMethod.Name: "GetResult" or "Wait" }
            or IPropertyReferenceOperation { Property.Name: "Result" };
    }

    private Value CallFunction(FunctionValue function, ImmutableArray<Value> arguments, IOperation call)
    {
        if (GraphOf(function) is { } body
            && !engine.IsDeep
            && !engine.Bodies.IsIterator(body)
            && (!function.Method.IsAsync || IsAwaited(call)))
        {
            return Call(function.Method, body, function.Receiver, arguments, call, sharesVariables: true);
        }

        if (function.Lambda is null && function.Method is { MethodKind: MethodKind.Ordinary, IsExtensionMethod: false }
            && IsOfInterest(function.Method, function.Receiver, arguments)
            && Dispatch(function.Method, function.Receiver, isVirtual: true) is { } target && !target.Method.IsAsync)
        {
            return CallSource(target.Method, target.Graph, function.Receiver, arguments, call);
        }

        Escape(function);
        return CallUnknown(function.Method, function.Receiver, arguments, []);
    }

    private Value CallSource(
        IMethodSymbol method,
        ControlFlowGraph body,
        Value? receiver,
        ImmutableArray<Value> arguments,
        IOperation call) =>
        Call(method, body, receiver, arguments, call, sharesVariables: arguments.Any(argument => argument is FunctionValue));

    private Value CallUnknown(
        IMethodSymbol method,
        Value? receiver,
        ImmutableArray<Value> values,
        ImmutableArray<IArgumentOperation> arguments)
    {
        Escape(receiver);
        foreach (var value in values)
        {
            Escape(value);
        }

        var changesNothing = IsBaseLibrary(method)
            ? !(receiver is not null && IsTracked(receiver)) && !values.Any(IsTracked)
            : domain.Survey.ReachOf(method, engine.Cancellation) is { } reach && domain.IsHarmless(reach);
        if (!changesNothing)
        {
            path.ForgetEscaped(domain);
        }

        foreach (var argument in arguments)
        {
            if (argument.Parameter is { RefKind: RefKind.Ref or RefKind.Out } parameter)
            {
                Store(argument.Value, entryObjects.Existing(parameter.Type, escaped: true) ?? Value.Unknown);
            }
        }

        return entryObjects.Existing(Awaited(method.ReturnType), escaped: true) ?? Value.Unknown;
    }

    private static bool IsBaseLibrary(IMethodSymbol method)
    {
        var scope = method.ContainingNamespace;
        while (scope is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
        {
            scope = scope.ContainingNamespace;
        }

        return scope?.Name == "System" && method.DeclaringSyntaxReferences.IsEmpty && method.MethodKind != MethodKind.DelegateInvoke;
    }

    /// <summary>
    /// Runs the summary of a body in place of the call. Every object of the caller is anchored, so that it is known
    /// again in the states that come back, whatever variable holds it there.
    /// </summary>
    /// <param name="sharesVariables">
    /// Whether the body sees the caller's variables: local functions and lambdas do, and so must a method that is given one.
    /// </param>
    private Value Call(
        IMethodSymbol method,
        ControlFlowGraph body,
        Value? receiver,
        ImmutableArray<Value> arguments,
        IOperation call,
        bool sharesVariables)
    {
        var parameters = method.OriginalDefinition.Parameters;
        if (method.OriginalDefinition.PartialImplementationPart is { } implementation)
        {
            parameters = implementation.Parameters;
        }

        var entry = path.Variables.Change();
        entry.Keep(slot => sharesVariables ? !SlotTable.IsAnchor(slot) && slot != slots.Returned : slots.IsStatic(slot));
        Pass(slots.This, receiver ?? Value.Unknown);
        foreach (var parameter in parameters)
        {
            var slot = slots.Of(parameter);
            var value = parameter.Ordinal < arguments.Length ? arguments[parameter.Ordinal] : Value.Unknown;
            value = value is Constant && !engine.ConditionsOf(body).Tests(slot) && !domain.Follows(parameter) ? Value.Unknown : value;
            Pass(slot, value);
        }

        var anchored = sharesVariables ? [.. Enumerable.Range(0, path.Heap.Count)] : Reachable(entry.ToMap());
        for (var i = 0; i < anchored.Count; i++)
        {
            entry.Set(SlotTable.Anchor(i), Reference.To(anchored[i]));
        }

        var context = engine.Summarize(body, State.Canonical(entry.ToMap(), path.Heap), path.ObservesExceptions);
        foreach (var finding in context.Findings)
        {
            var subject = finding.Anchor >= 0 ? anchored[finding.Anchor] : -1;
            if (method.MethodKind is MethodKind.LocalFunction or MethodKind.LambdaMethod || IsInSight(finding.At))
            {
                path.Report(finding with { Subject = subject });
            }
            else if (subject >= 0 && !engine.IsToldBy(method, finding))
            {
                path.Report(domain.AtCall(finding, call, new(subject), path));
            }
        }

        // Without a way out there is no path on: it throws always, or calls itself always.
        var ways = context.Returns.Count + context.Throws.Count;
        if (ways == 0)
        {
            path.End();
            return Value.Unknown;
        }

        var way = path.Choose(ways);
        var before = path.Variables;
        var returns = way < context.Returns.Count;
        var result = Return(
            returns ? context.Returns[way] : context.Throws[way - context.Returns.Count],
            anchored,
            before,
            parameters,
            sharesVariables);
        if (!returns)
        {
            path.MayThrow();
            path.End();
            return Value.Unknown;
        }

        foreach (var argument in Written(call))
        {
            if (argument.Parameter is { } parameter)
            {
                Store(argument.Value, result.Variables[parameter.Ordinal]);
            }
        }

        return result.Returned;

        void Pass(int slot, Value value)
        {
            if (value is UnknownValue)
            {
                entry.Remove(slot);
            }
            else
            {
                entry.Set(slot, value);
            }
        }
    }

    /// <summary>
    /// Whether an operation stands in the method that makes the call, in a lambda or local function perhaps; top-level statements end
    /// where members begin.
    /// </summary>
    private bool IsInSight(IOperation operation)
    {
        var outermost = graph;
        while (outermost.Parent is { } parent)
        {
            outermost = parent;
        }

        var body = outermost.OriginalOperation.Syntax;
        return body is CompilationUnitSyntax
            ? EnclosingMember.Of(operation.Syntax) == body
            : body.SyntaxTree == operation.Syntax.SyntaxTree && body.Span.Contains(operation.Syntax.Span);
    }

    private static IEnumerable<IArgumentOperation> Written(IOperation call)
    {
        var arguments = call switch
        {
            IInvocationOperation invocation => invocation.Arguments,
            IObjectCreationOperation creation => creation.Arguments,
            _ => [],
        };
        return arguments.Where(argument => argument.Parameter is { RefKind: RefKind.Ref or RefKind.Out });
    }

    private List<int> Reachable(SlotMap variables)
    {
        var numbering = new Numbering(path.Heap.Count);
        variables.Renumber(numbering);
        for (var i = 0; i < numbering.Count; i++)
        {
            path.Heap[numbering[i]].Fields.Renumber(numbering);
        }

        var order = new List<int>(numbering.Count);
        for (var i = 0; i < numbering.Count; i++)
        {
            order.Add(numbering[i]);
        }

        return order;
    }

    /// <summary>Takes the state in which a call ended back into the path, under the numbers that the path has for its objects.</summary>
    private (Value Returned, Value[] Variables) Return(
        State exit,
        List<int> anchored,
        SlotMap before,
        ImmutableArray<IParameterSymbol> parameters,
        bool sharesVariables)
    {
        var heap = path.Heap.ToList();
        var numbers = new int[exit.Heap.Length];
        for (var id = 0; id < numbers.Length; id++)
        {
            numbers[id] = -1;
        }

        for (var i = 0; i < anchored.Count; i++)
        {
            if (exit.Variables.Find(SlotTable.Anchor(i)) is Reference anchor)
            {
                numbers[anchor.Id] = anchored[i];
            }
        }

        for (var id = 0; id < numbers.Length; id++)
        {
            if (numbers[id] < 0)
            {
                numbers[id] = heap.Count;
                heap.Add(exit.Heap[id]);
            }
        }

        var numbering = new Numbering(numbers);
        for (var id = 0; id < numbers.Length; id++)
        {
            heap[numbers[id]] = exit.Heap[id] with { Fields = exit.Heap[id].Fields.Renumber(numbering) };
        }

        var after = exit.Variables.Renumber(numbering);
        var returned = after.Find(slots.Returned) ?? Value.Unknown;
        var written = parameters.Select(parameter => after.Find(slots.Of(parameter)) ?? Value.Unknown).ToArray();

        var own = new HashSet<int>(parameters.Select(slots.Of)) { slots.Returned, slots.This };
        var merged = before.Change();
        merged.Keep(slot => !IsShared(slot));
        foreach (var variable in after)
        {
            if (IsShared(variable.Key))
            {
                merged.Set(variable.Key, variable.Value);
            }
        }

        path.Replace(merged.ToMap(), heap);
        return (returned, written);

        bool IsShared(int slot) => sharesVariables ? !SlotTable.IsAnchor(slot) && !own.Contains(slot) : slots.IsStatic(slot);
    }
}
