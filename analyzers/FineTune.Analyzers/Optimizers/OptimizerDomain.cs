using System.Collections.Immutable;
using System.Text;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Path = FineTune.Analyzers.Flow.Path;

namespace FineTune.Analyzers.Optimizers;

/// <summary>
/// Follows modules and their parts, what of them requires a gradient, and the optimizers built over them. Each rule says
/// what it makes of the calls it is about, and keeps what it has to remember in the notes of the facts.
/// </summary>
internal abstract class OptimizerDomain(TorchTypes types) : FlowDomain
{
    private const string Source = "parameters of ";

    private static readonly GradFact AtEntry = new(Grad.AtEntry, null);
    private static readonly OptimizerFact Unbound = new(null, false, null);

    protected TorchTypes Types => types;

    public override Effects Triggers => Effects.StepsOptimizer | Effects.PassesOptimizer;

    public sealed override Fact? FactOf(ITypeSymbol type) =>
        types.IsModule(type) || types.IsParameter(type) ? AtEntry
        : types.IsOptimizer(type) ? Unbound
        : null;

    public override Fact? FactOfNew(ITypeSymbol type) => FactOf(type) is GradFact ? new GradFact(Grad.On, null) : FactOf(type);

    public override Fact? FactOfPart(Fact owner, ITypeSymbol type) => FactOf(type) is GradFact && owner is GradFact ? owner : FactOf(type);

    public override bool IsPart(ISymbol member) =>
        member is IPropertySymbol { IsIndexer: false } property && types.IsModule(member.ContainingType)
        && (types.IsModule(property.Type) || types.IsParameter(property.Type)) && TorchTypes.IsIn(member.ContainingNamespace, "TorchSharp");

    public override Fact Forget(Fact fact) => fact switch
    {
        GradFact grad => grad with { Grad = Grad.Unknown, Note = null },
        OptimizerFact optimizer => optimizer with { Bound = null, Note = null },
        _ => fact,
    };

    public override bool IsHarmless(IMethodSymbol method) => TorchTypes.IsLibrary(method);

    /// <summary>The parameters of a module come one after the other once the first is there.</summary>
    public override bool NeverThrows(IMethodSymbol method, Value? receiver, Path path) =>
        method.Name == "MoveNext" && path.Fact<ParametersFact>(receiver) is not null;

    /// <summary>A method that is told whether to freeze or to unfreeze does what the caller says.</summary>
    public override bool Follows(ISymbol? variable) => variable is IParameterSymbol { Type.SpecialType: SpecialType.System_Boolean };

    public override Value? Invoke(Call call)
    {
        var (method, path) = (call.Method, call.Path);
        if (call.Target is Reference sequence && path.Fact<ParametersFact>(sequence) is { } parameters)
            return InvokeOnParameters(call, sequence, parameters);
        if (TorchTypes.IsIn(method.ContainingNamespace, "FineTune") && method.Name is "Freeze" or "Unfreeze" && call.Arguments.FirstOrDefault() is Reference frozen)
        {
            Set(path, frozen, method.Name == "Freeze" ? Grad.Off : Grad.On, call.Operation.Syntax.GetLocation());
            if (method.Name == "Freeze")
            {
                Cleared(call, frozen, isNulled: true);
                SwitchMode(call, frozen, training: false);
            }

            return Value.Unknown;
        }

        if (!TorchTypes.IsLibrary(method))
            return null;
        if (method.Name == "backward" && (types.IsTensor(method.ContainingType) || method.ContainingType.Name == "autograd"))
        {
            Backward(call);
            return Value.Unknown;
        }

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

        if (call.Target is Reference target && path.Fact<GradFact>(target) is not null && InvokeOnModule(call, target))
            return Value.Unknown;
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
        {
            if (operation.Member.Name == "grad")
                Taken(path, reference);
            return operation.Member.Name == "Current" ? Element(reference, parameters) : Value.Unknown;
        }

        if (operation.Member.Name == "grad" && receiver is Reference read && types.IsTensor(operation.Member.ContainingType))
            Taken(path, read);
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

        if (operation.Member.Name == "grad" && types.IsTensor(operation.Member.ContainingType))
        {
            if (receiver is Reference nulled)
                Taken(path, nulled);
            return true;
        }

        if (receiver is Reference owner && path.Fact<GradFact>(owner) is not null)
            Replaced(operation, owner, value, path);
        return false;
    }

    public override Value? Collect(IOperation operation, ImmutableArray<Value> elements, Path path)
    {
        var parts = elements.Select(element => ModulesIn(path, element).ToList()).ToList();
        if (parts.Count == 0 || parts.Any(part => part.Count == 0))
            return null;
        var isFiltered = elements.All(element => path.Fact<ParametersFact>(element) is { IsFiltered: true });
        return Link(path, new ParametersFact(false, isFiltered, 0), parts.SelectMany(part => part));
    }

    public override Value? ElementOf(Value collection, Path path) =>
        collection is Reference reference && path.Fact<ParametersFact>(reference) is { } parameters ? Element(reference, parameters) : null;

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, Path path) =>
        FindingOf(inner.Rule, call, subject.Id, path.NameOf(subject) ?? inner.Arguments[0], [.. inner.Sites]);

    /// <summary>A finding whose message names the subject and then the line of each site.</summary>
    protected static Finding FindingOf(DiagnosticDescriptor rule, IOperation at, int subject, string name, params Location?[] sites)
    {
        var file = at.Syntax.SyntaxTree;
        return new(
            rule, at, subject,
            [name, .. sites.Select(site => Lines.Of(site, file))],
            [.. sites.OfType<Location>()],
            ImmutableDictionary<string, string?>.Empty);
    }

    /// <summary>How the source calls the receiver of a call.</summary>
    protected static string NameOf(Call call, Reference receiver, string otherwise) =>
        (call.Operation is IInvocationOperation { Instance: { IsImplicit: false } instance } ? instance.Syntax.ToString() : call.Path.NameOf(receiver)) ?? otherwise;

    /// <summary>The optimizer takes a step.</summary>
    protected virtual void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
    }

    /// <summary>The optimizer was built just now.</summary>
    protected virtual void Built(Call call, Reference optimizer)
    {
    }

    /// <summary>Gradients are accumulated.</summary>
    protected virtual void Backward(Call call)
    {
    }

    /// <summary>The gradients of an optimizer, a module or parameters are set to zero, or to null.</summary>
    protected virtual void Cleared(Call call, Reference target, bool isNulled)
    {
    }

    /// <summary>Somebody has the gradients of parameters in hand, and may have changed them.</summary>
    protected virtual void Taken(Path path, Reference parameters)
    {
    }

    /// <summary>A module goes into training mode, or into evaluation mode.</summary>
    protected virtual void SwitchMode(Call call, Reference module, bool? training)
    {
    }

    /// <summary>A module goes to another device or type.</summary>
    protected virtual void Moved(Call call, Reference module)
    {
    }

    /// <summary>A part of a module is assigned.</summary>
    protected virtual void Replaced(IMemberReferenceOperation target, Reference owner, Value value, Path path)
    {
    }

    /// <summary>A module gets one more part.</summary>
    protected virtual void Grown(Call call, Reference owner)
    {
    }

    /// <summary>
    /// Whether a loop over named parameters counts as one over all of them: it may pick some by their names, which is
    /// change enough for an optimizer, and yet does not freeze the whole.
    /// </summary>
    protected virtual bool TrustsNamed => true;

    /// <summary>What is known of a module or parameter whose <c>requires_grad</c> is set.</summary>
    protected virtual GradFact Changed(GradFact fact, Grad grad, Location? changed) =>
        fact.Grad == grad ? fact : fact with { Grad = grad, Changed = changed };

    /// <summary>What of a module an optimizer over it has to be built anew for, as a text to compare; null where that is unknown.</summary>
    protected virtual string? Label(GradFact fact, bool isFiltered) => "";

    private static Grad ToGrad(Value? value) => value?.AsBool switch
    {
        true => Grad.On,
        false => Grad.Off,
        null => Grad.Unknown,
    };

    /// <summary>A method of a module that gives back a module: itself, moved or loaded.</summary>
    private Value Itself(Call call, Reference module)
    {
        switch (call.Method.Name)
        {
            case "apply":
                Set(call.Path, module, Grad.Unknown, call.Operation.Syntax.GetLocation());
                break;
            case "append" or "register_module":
                Grown(call, module);
                break;
            default:
                Moved(call, module);
                break;
        }

        return module;
    }

    /// <summary>Whether this is a call on a module that gives nothing of interest back.</summary>
    private bool InvokeOnModule(Call call, Reference module)
    {
        switch (call.Method.Name)
        {
            case "zero_grad":
                Cleared(call, module, isNulled: call.Arguments.FirstOrDefault()?.AsBool != false);
                return true;
            case "grad" when types.IsTensor(call.Method.ContainingType):
                Taken(call.Path, module);
                return true;
            case "train":
                SwitchMode(call, module, OverridesMode(call.Path[module].Type) ? null : call.Arguments.FirstOrDefault() is { } train ? train.AsBool : true);
                return true;
            case "eval":
                SwitchMode(call, module, OverridesMode(call.Path[module].Type) ? null : false);
                return true;
            case "add_module" or "register_module" or "append" or "Add" or "Insert" or "extend" when !types.IsModule(call.Method.ReturnType):
                Grown(call, module);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether the mode of this module, or of a derived one, is for its own code to say.</summary>
    private bool OverridesMode(ITypeSymbol? type)
    {
        for (; type is not null && types.IsModule(type); type = type.BaseType)
        {
            if (!TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp") && type.GetMembers().Any(member => member is IMethodSymbol { IsOverride: true, Name: "train" or "eval" }))
                return true;
        }

        return false;
    }

    /// <summary>A module that is made of the modules among its arguments.</summary>
    private Reference Whole(Path path, ImmutableArray<Value> arguments, ITypeSymbol type)
    {
        var whole = path.New(new GradFact(Grad.On, null), type, exact: false);
        var parts = arguments.SelectMany(argument => ModulesIn(path, argument)).ToList();
        for (var i = 0; i < parts.Count; i++)
            path.WriteField(whole, path.Slots.Named("part " + i), parts[i]);
        return whole;
    }

    private static IEnumerable<Reference> ModulesIn(Path path, Value argument) => argument switch
    {
        Reference part when path.Fact<GradFact>(part) is not null => [part],
        Reference sequence when path.Fact<ParametersFact>(sequence) is not null => SourcesOf(path, sequence),
        TupleValue tuple => tuple.Elements.SelectMany(element => ModulesIn(path, element)),
        _ => [],
    };

    private Value? InvokeOnParameters(Call call, Reference sequence, ParametersFact parameters)
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
            case "grad":
                Taken(path, sequence);
                return Value.Unknown;
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
            case "zero_grad":
                Cleared(call, optimizer, isNulled: false);
                break;
            case "step":
                Step(call, optimizer, fact);
                break;
        }

        return Value.Unknown;
    }

    private Value Build(Call call, ITypeSymbol type)
    {
        var path = call.Path;
        if (call.Arguments.FirstOrDefault() is not Reference given || path.Fact<ParametersFact>(given) is not { } parameters)
        {
            var unknown = path.New(new OptimizerFact(null, false, call.Operation.Syntax.GetLocation()), type, exact: false);
            Built(call, unknown);
            return unknown;
        }

        var optimizer = path.New(new OptimizerFact(null, parameters.IsFiltered, call.Operation.Syntax.GetLocation()), type, exact: false);
        Link(path, optimizer, SourcesOf(path, given));
        path.Update(optimizer, path.Fact<OptimizerFact>(optimizer)! with { Bound = Describe(path, optimizer, parameters.IsFiltered) });
        Built(call, optimizer);
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

    protected static List<Reference> SourcesOf(Path path, Reference owner)
    {
        var sources = new List<Reference>();
        while (path[owner].Fields.Find(path.Slots.Named(Source + sources.Count)) is Reference source)
            sources.Add(source);
        return sources;
    }

    /// <summary>Sets <c>requires_grad</c> of a module with all its parts, or of every source of a sequence.</summary>
    private void Set(Path path, Reference target, Grad grad, Location? changed)
    {
        if (!TrustsNamed && path.Fact<ParametersFact>(target) is { IsNamed: true })
            grad = Grad.Unknown;
        foreach (var (part, fact) in PartsOf(path, target))
            path.Update(part, Changed(fact, grad, changed));
    }

    /// <summary>The modules and parameters that a module, a sequence or an optimizer is made of or over, itself first.</summary>
    protected static List<(Reference Part, GradFact Fact)> PartsOf(Path path, Reference whole)
    {
        var parts = new List<(Reference, GradFact)>();
        var pending = new Stack<Reference>([whole]);
        var seen = new HashSet<int>();
        while (pending.Count > 0)
        {
            var current = pending.Pop();
            if (!seen.Add(current.Id))
                continue;
            if (path.Fact<GradFact>(current) is { } fact)
                parts.Add((current, fact));
            else if (path.Fact<ParametersFact>(current) is null && !current.Equals(whole))
                continue;
            foreach (var field in path[current].Fields)
            {
                if (field.Value is Reference part)
                    pending.Push(part);
            }
        }

        return parts;
    }

    /// <summary>The labels of what an optimizer was built over, as a text to compare; null where something is unknown.</summary>
    protected string? Describe(Path path, Reference optimizer, bool isFiltered)
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

    private bool Describe(Path path, Reference part, string? inherited, bool isFiltered, StringBuilder text, HashSet<int> seen)
    {
        if (path.Fact<GradFact>(part) is not { } fact || !seen.Add(part.Id))
            return true;
        if (Label(fact, isFiltered) is not { } label)
            return false;

        var start = text.Length;
        text.Append(label == inherited ? "" : label);
        foreach (var field in path[part].Fields)
        {
            if (field.Value is not Reference inner)
                continue;
            var before = text.Length;
            text.Append('(').Append(field.Key).Append(':');
            var content = text.Length;
            if (!Describe(path, inner, label, isFiltered, text, seen))
                return false;
            if (text.Length == content)
                text.Length = before;
            else
                text.Append(')');
        }

        return text.Length >= start;
    }

    protected static bool IsOptimized(Path path, Reference module)
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
}
