using System.Collections.Immutable;
using System.Text;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.FT3001;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Path = FineTune.Analyzers.Flow.Path;

namespace FineTune.Analyzers.Optimizers;

/// <summary>
/// Follows modules and their parts, what of them requires a gradient, and the optimizers built over them. An optimizer
/// is stale while what it was built over requires gradients otherwise than it did then.
/// </summary>
internal sealed class OptimizerDomain(TorchTypes types) : FlowDomain
{
    private const string Source = "parameters of ";

    public override bool IsTrigger(IOperation operation) =>
        operation is ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation or IInvocationOperation && types.IsOptimizer(operation.Type);

    public override Fact? FactOf(ITypeSymbol type) =>
        types.IsModule(type) || types.IsParameter(type) ? new GradFact(Grad.AtEntry, null)
        : types.IsOptimizer(type) ? new OptimizerFact(null, false, null)
        : null;

    public override Fact? FactOfNew(ITypeSymbol type) => FactOf(type) is GradFact ? new GradFact(Grad.On, null) : FactOf(type);

    public override Fact? FactOfPart(Fact owner, ITypeSymbol type) => FactOf(type) is GradFact && owner is GradFact ? owner : FactOf(type);

    public override bool IsPart(ISymbol member) =>
        member is IPropertySymbol { IsIndexer: false } property && types.IsModule(member.ContainingType)
        && (types.IsModule(property.Type) || types.IsParameter(property.Type)) && TorchTypes.IsIn(member.ContainingNamespace, "TorchSharp");

    public override Fact Forget(Fact fact) => fact switch
    {
        GradFact grad => grad with { Grad = Grad.Unknown },
        OptimizerFact optimizer => optimizer with { Bound = null },
        _ => fact,
    };

    public override bool IsHarmless(IMethodSymbol method) => TorchTypes.IsLibrary(method);

    /// <summary>The parameters of a module come one after the other once the first is there.</summary>
    public override bool NeverThrows(IMethodSymbol method, Value? receiver, Path path) =>
        method.Name == "MoveNext" && path.Fact<ParametersFact>(receiver) is not null;

    public override Value? Invoke(Call call)
    {
        var (method, path) = (call.Method, call.Path);
        if (call.Target is Reference sequence && path.Fact<ParametersFact>(sequence) is { } parameters)
            return InvokeOnParameters(call, sequence, parameters);
        if (TorchTypes.IsIn(method.ContainingNamespace, "FineTune") && method.Name is "Freeze" or "Unfreeze" && call.Arguments.FirstOrDefault() is Reference frozen)
        {
            Set(path, frozen, method.Name == "Freeze" ? Grad.Off : Grad.On, call.Operation.Syntax.GetLocation());
            return Value.Unknown;
        }

        if (!TorchTypes.IsLibrary(method))
            return null;
        if (types.IsOptimizer(method.ContainingType))
            return InvokeOnOptimizer(call);
        if (types.IsOptimizer(method.ReturnType))
            return Build(call, method.ReturnType);
        if (method.Name is "parameters" or "named_parameters" && call.Receiver is Reference module)
            return Link(path, new ParametersFact(method.Name == "named_parameters", false, 0), [module]);
        if (method.Name is "requires_grad_" or "with_requires_grad" && call.Target is Reference tensor)
        {
            Set(path, tensor, ToGrad(call.Argument("requires_grad")), call.Operation.Syntax.GetLocation());
            return tensor;
        }

        if (call.Target is Reference same && types.IsModule(path[same].Type) && types.IsModule(method.ReturnType))
            return Itself(call, same);
        if (types.IsModule(method.ReturnType))
            return Whole(path, call.Arguments, method.ReturnType);
        return null;
    }

    public override Value? Construct(Call call)
    {
        var type = call.Method.ContainingType;
        if (!TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"))
            return null;
        if (types.IsOptimizer(type))
            return Build(call, type);
        if (type.Name is "ParamGroup")
            return call.Arguments.FirstOrDefault() is Reference group && call.Path.Fact<ParametersFact>(group) is not null ? group : Value.Unknown;
        return types.IsModule(type) ? Whole(call.Path, call.Arguments, type) : null;
    }

    public override Value? Read(IMemberReferenceOperation operation, Value? receiver, Path path)
    {
        if (receiver is Reference reference && path.Fact<ParametersFact>(reference) is { } parameters)
            return operation.Member.Name == "Current" ? Element(reference, parameters) : Value.Unknown;
        if (operation.Member.Name == "requires_grad" && types.IsTensor(operation.Member.ContainingType))
            return path.Fact<GradFact>(receiver)?.Grad switch
            {
                Grad.On => Value.True,
                Grad.Off => Value.False,
                _ => Value.Unknown,
            };
        return null;
    }

    public override bool Write(IMemberReferenceOperation operation, Value? receiver, Value value, Path path)
    {
        if (operation.Member.Name == "requires_grad" && types.IsTensor(operation.Member.ContainingType))
        {
            if (receiver is Reference written)
                Set(path, written, ToGrad(value), operation.Syntax.GetLocation());
            return true;
        }

        // A part replaced under an optimizer is another rule's business: whether the new one requires a gradient says nothing here.
        if (receiver is Reference owner && path.Fact<GradFact>(owner) is not null && IsOptimized(path, owner))
            Set(path, owner, Grad.Unknown, operation.Syntax.GetLocation());
        return false;
    }

    public override Value? Collect(IOperation operation, ImmutableArray<Value> elements, Path path)
    {
        var parts = elements.Select(element => PartsOf(path, element).ToList()).ToList();
        if (parts.Count == 0 || parts.Any(part => part.Count == 0))
            return null;
        var isFiltered = elements.All(element => path.Fact<ParametersFact>(element) is { IsFiltered: true });
        return Link(path, new ParametersFact(false, isFiltered, 0), parts.SelectMany(part => part));
    }

    public override Value? ElementOf(Value collection, Path path) =>
        collection is Reference reference && path.Fact<ParametersFact>(reference) is { } parameters ? Element(reference, parameters) : null;

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, Path path) => Stale(call, subject, path.NameOf(subject), inner.Sites.LastOrDefault(), path);

    private static Grad ToGrad(Value? value) => value?.AsBool switch
    {
        true => Grad.On,
        false => Grad.Off,
        null => Grad.Unknown,
    };

    /// <summary>A method of a module that gives back a module: itself, moved or loaded.</summary>
    private static Value Itself(Call call, Reference module)
    {
        if (call.Method.Name == "apply")
            Set(call.Path, module, Grad.Unknown, call.Operation.Syntax.GetLocation());
        return module;
    }

    /// <summary>A module that is made of the modules among its arguments.</summary>
    private Reference Whole(Path path, ImmutableArray<Value> arguments, ITypeSymbol type)
    {
        var whole = path.New(new GradFact(Grad.On, null), type, exact: false);
        var parts = arguments.SelectMany(argument => PartsOf(path, argument)).ToList();
        for (var i = 0; i < parts.Count; i++)
            path.WriteField(whole, path.Slots.Named("part " + i), parts[i]);
        return whole;
    }

    private static IEnumerable<Reference> PartsOf(Path path, Value argument) => argument switch
    {
        Reference part when path.Fact<GradFact>(part) is not null => [part],
        Reference sequence when path.Fact<ParametersFact>(sequence) is not null => SourcesOf(path, sequence),
        TupleValue tuple => tuple.Elements.SelectMany(element => PartsOf(path, element)),
        _ => [],
    };

    private static Value? InvokeOnParameters(Call call, Reference sequence, ParametersFact parameters)
    {
        var path = call.Path;
        switch (call.Method.Name)
        {
            case "GetEnumerator":
                return Link(path, parameters with { Position = 0 }, SourcesOf(path, sequence));
            case "MoveNext":
                // One element stands for all, so the loop runs exactly once.
                if (parameters.Position > 0)
                    return Value.False;
                path.Update(sequence, parameters with { Position = 1 });
                return Value.True;
            case "Where":
                var asksForGradient = call.Operation.Syntax.ToString().Contains("requires_grad");
                return Link(path, parameters with { IsFiltered = parameters.IsFiltered || asksForGradient }, SourcesOf(path, sequence));
            case "Select" or "OfType" or "Cast":
                return Link(path, parameters with { IsNamed = false }, SourcesOf(path, sequence));
            case "Concat" or "Union":
                return Link(path, parameters, call.Arguments.SelectMany(argument => argument is Reference other && path.Fact<ParametersFact>(other) is not null ? SourcesOf(path, other) : []));
            case "requires_grad_" or "with_requires_grad":
                Set(path, sequence, ToGrad(call.Argument("requires_grad")), call.Operation.Syntax.GetLocation());
                return sequence;
            case "ForEach":
                return null;
            case "ToList" or "ToArray" or "AsEnumerable" or "Skip" or "Take" or "Reverse" or "Distinct" or "OrderBy":
                return sequence;
            default:
                return Value.Unknown;
        }
    }

    private static Value Element(Reference sequence, ParametersFact parameters) =>
        parameters.IsNamed ? new TupleValue([Value.Unknown, sequence]) : sequence;

    private Value InvokeOnOptimizer(Call call)
    {
        var path = call.Path;
        if (call.Receiver is not Reference optimizer || path.Fact<OptimizerFact>(optimizer) is not { } fact)
            return Value.Unknown;
        switch (call.Method.Name)
        {
            case "add_param_group":
                path.Update(optimizer, fact with { Bound = null });
                break;
            case "step" when fact.Bound is { } bound && Describe(path, optimizer, fact.IsFiltered) is { } now && now != bound:
                var changed = SourcesOf(path, optimizer).SelectMany(source => Changes(path, source)).LastOrDefault();
                var name = call.Operation is IInvocationOperation { Instance: { } instance } ? instance.Syntax.ToString() : path.NameOf(optimizer);
                path.Report(Stale(call.Operation, optimizer, name, changed, path));
                path.End();
                break;
        }

        return Value.Unknown;
    }

    private static Value Build(Call call, ITypeSymbol type)
    {
        var path = call.Path;
        if (call.Arguments.FirstOrDefault() is not Reference given || path.Fact<ParametersFact>(given) is not { } parameters)
            return path.New(new OptimizerFact(null, false, null), type, exact: false);
        var optimizer = path.New(new OptimizerFact(null, parameters.IsFiltered, call.Operation.Syntax.GetLocation()), type, exact: false);
        Link(path, optimizer, SourcesOf(path, given));
        path.Update(optimizer, path.Fact<OptimizerFact>(optimizer)! with { Bound = Describe(path, optimizer, parameters.IsFiltered) });
        return optimizer;
    }

    private static Reference Link(Path path, Fact fact, IEnumerable<Reference> sources) => Link(path, path.New(fact, null, exact: false), sources);

    private static Reference Link(Path path, Reference owner, IEnumerable<Reference> sources)
    {
        var links = sources.Distinct().ToList();
        for (var i = 0; i < links.Count; i++)
            path.WriteField(owner, path.Slots.Named(Source + i), links[i]);
        return owner;
    }

    private static List<Reference> SourcesOf(Path path, Reference owner)
    {
        var sources = new List<Reference>();
        while (path[owner].Fields.Find(path.Slots.Named(Source + sources.Count)) is Reference source)
            sources.Add(source);
        return sources;
    }

    /// <summary>Sets <c>requires_grad</c> of a module with all its parts, or of every source of a sequence.</summary>
    private static void Set(Path path, Reference target, Grad grad, Location? changed)
    {
        var pending = new Stack<Reference>([target]);
        var seen = new HashSet<int>();
        while (pending.Count > 0)
        {
            var current = pending.Pop();
            if (!seen.Add(current.Id))
                continue;
            if (path.Fact<GradFact>(current) is { } fact)
                path.Update(current, fact.Grad == grad ? fact : new GradFact(grad, changed));
            else if (path.Fact<ParametersFact>(current) is null)
                continue;
            foreach (var field in path[current].Fields)
            {
                if (field.Value is Reference part)
                    pending.Push(part);
            }
        }
    }

    /// <summary>What of the sources of an optimizer requires a gradient, as a text to compare; null where something is unknown.</summary>
    private static string? Describe(Path path, Reference optimizer, bool isFiltered)
    {
        var text = new StringBuilder();
        foreach (var source in SourcesOf(path, optimizer))
        {
            if (!Describe(path, source, null, isFiltered, text, []))
                return null;
            text.Append(';');
        }

        return text.ToString();
    }

    private static bool Describe(Path path, Reference part, Grad? inherited, bool isFiltered, StringBuilder text, HashSet<int> seen)
    {
        if (path.Fact<GradFact>(part) is not { } fact || !seen.Add(part.Id))
            return true;
        if (fact.Grad == Grad.Unknown)
            return false;

        // Of what came in, we assume that it trains, as a new module does; but who asks for what requires a gradient froze something.
        var grad = fact.Grad == Grad.AtEntry && !isFiltered ? Grad.On : fact.Grad;
        var start = text.Length;
        text.Append(grad == inherited ? "" : grad.ToString());
        foreach (var field in path[part].Fields)
        {
            if (field.Value is not Reference inner)
                continue;
            var before = text.Length;
            text.Append('(').Append(field.Key).Append(':');
            var content = text.Length;
            if (!Describe(path, inner, grad, isFiltered, text, seen))
                return false;
            if (text.Length == content)
                text.Length = before;
            else
                text.Append(')');
        }

        return text.Length >= start;
    }

    private static IEnumerable<Location> Changes(Path path, Reference source)
    {
        var pending = new Stack<Reference>([source]);
        var seen = new HashSet<int>();
        var changes = new List<Location>();
        while (pending.Count > 0)
        {
            var current = pending.Pop();
            if (!seen.Add(current.Id) || path.Fact<GradFact>(current) is not { } fact)
                continue;
            if (fact.Changed is not null)
                changes.Add(fact.Changed);
            foreach (var field in path[current].Fields)
            {
                if (field.Value is Reference part)
                    pending.Push(part);
            }
        }

        return changes;
    }

    private static bool IsOptimized(Path path, Reference module)
    {
        for (var id = 0; id < path.Heap.Count; id++)
        {
            if (path.Heap[id].Fact is OptimizerFact { Bound: not null } && SourcesOf(path, new(id)).Any(source => Reaches(path, source, module, [])))
                return true;
        }

        return false;
    }

    private static bool Reaches(Path path, Reference from, Reference to, HashSet<int> seen) =>
        from.Equals(to) || (seen.Add(from.Id) && path[from].Fields.Any(field => field.Value is Reference part && Reaches(path, part, to, seen)));

    private static Finding Stale(IOperation at, Reference optimizer, string? name, Location? changed, Path path)
    {
        var built = path.Fact<OptimizerFact>(optimizer)!.Built;
        var file = at.Syntax.SyntaxTree;
        return new(
            StaleOptimizerAnalyzer.Rule, at, optimizer.Id,
            [name ?? "the optimizer", Lines.Of(built, file), Lines.Of(changed, file)],
            [.. new[] { built, changed }.OfType<Location>()],
            ImmutableDictionary<string, string?>.Empty);
    }
}
