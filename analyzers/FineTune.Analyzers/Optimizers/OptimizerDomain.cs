using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Optimizers;

/// <summary>
/// Follows modules and their parts, what of them requires a gradient, and the optimizers built over them. Each rule says
/// what it makes of the calls it is about, and keeps what it has to remember in the notes of the facts.
/// </summary>
internal abstract partial class OptimizerDomain(TorchTypes types) : FlowDomain
{
    private static readonly GradFact AtEntry = new(Grad.AtEntry, null);
    private static readonly OptimizerFact Unbound = new(null, false, null);

    protected TorchTypes Types => types;

    public sealed override Survey Survey => types.Survey;

    /// <summary>What a body and those that it calls have to do, all of it, to be wrong.</summary>
    protected abstract OptimizerEffects Needed { get; }

    public override bool IsRelevant(ulong own, ulong? reach) => reach is null || CanBeWrong((OptimizerEffects)reach);

    /// <summary>Whether a body can be wrong, from what it and those that it calls do.</summary>
    protected virtual bool CanBeWrong(OptimizerEffects reach) => (reach & Needed) == Needed;

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

    /// <summary>What an optimizer is over stays; whether it still trains may be for others to say.</summary>
    public sealed override Fact Settle(Fact fact, ulong later) =>
        fact is GradFact grad
            ? grad with
            {
                Note = Settle(grad.Note, (OptimizerEffects)later),
                MayHaveChanged = ((OptimizerEffects)later & OptimizerEffects.ChangesGradients) != 0,
            }
            : fact;

    /// <summary>What of a module's note outlasts what methods do in an unknown order.</summary>
    protected virtual Note? Settle(Note? note, OptimizerEffects later) => null;

    public override bool IsHarmless(IMethodSymbol method) => TorchTypes.IsLibrary(method);

    public sealed override bool IsHarmless(ulong reach) => ((OptimizerEffects)reach & ~OptimizerEffects.SumsTensors) == 0;

    /// <summary>The parameters of a module come one after the other once the first is there.</summary>
    public override bool NeverThrows(IMethodSymbol method, Value? receiver, FlowPath path) =>
        method.Name == "MoveNext" && path.Fact<ParametersFact>(receiver) is not null;

    /// <summary>A method that is told whether to freeze or to unfreeze does what the caller says.</summary>
    public override bool Follows(ISymbol? variable) => variable is IParameterSymbol { Type.SpecialType: SpecialType.System_Boolean };

    public override Value? Invoke(Call call)
    {
        var (method, path) = (call.Method, call.Path);
        if (call.Target is Reference sequence && path.Fact<ParametersFact>(sequence) is { } parameters)
        {
            return InvokeOnParameters(call, sequence, parameters);
        }

        if (TorchTypes.IsIn(method.ContainingNamespace, "FineTune")
            && method.Name is "Freeze" or "Unfreeze"
            && call.Arguments.FirstOrDefault() is Reference frozen)
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
        {
            return null;
        }

        if (method.Name == "backward" && (types.IsTensor(method.ContainingType) || method.ContainingType.Name == "autograd"))
        {
            Backward(call);
            return Value.Unknown;
        }

        if (types.IsOptimizer(method.ContainingType))
        {
            return InvokeOnOptimizer(call);
        }

        if (types.IsOptimizer(method.ReturnType))
        {
            return Build(call);
        }

        if (method.Name is "parameters" or "named_parameters" && call.Receiver is Reference module)
        {
            return Link(path, new ParametersFact(method.Name == "named_parameters", false, 0), [module]);
        }

        if (method.Name is "requires_grad_" or "with_requires_grad" && call.Target is Reference tensor)
        {
            Set(path, tensor, ToGrad(call.Argument("requires_grad")), call.Operation.Syntax.GetLocation());
            return tensor;
        }

        if (call.Target is Reference target && path.Fact<GradFact>(target) is not null && InvokeOnModule(call, target))
        {
            return Value.Unknown;
        }

        if (call.Target is Reference same && types.IsModule(path[same].Type) && types.IsModule(method.ReturnType))
        {
            return Itself(call, same);
        }

        if (types.IsModule(method.ReturnType))
        {
            return Whole(path, call.Arguments, method.ReturnType);
        }

        return null;
    }

    public override Value? Construct(Call call)
    {
        var type = call.Method.ContainingType;
        if (!TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"))
        {
            return null;
        }

        if (types.IsOptimizer(type))
        {
            return Build(call);
        }

        if (type.Name is "ParamGroup")
        {
            return call.Arguments.FirstOrDefault() is Reference group && call.Path.Fact<ParametersFact>(group) is not null
                ? group
                : Value.Unknown;
        }

        return types.IsModule(type) ? Whole(call.Path, call.Arguments, type) : null;
    }

    public override Value? Read(IMemberReferenceOperation operation, Value? receiver, FlowPath path)
    {
        if (receiver is Reference reference && path.Fact<ParametersFact>(reference) is { } parameters)
        {
            if (operation.Member.Name == "grad")
            {
                Taken(path, reference);
            }

            return operation.Member.Name == "Current" ? Element(reference, parameters) : Value.Unknown;
        }

        if (operation.Member.Name == "grad" && receiver is Reference read && types.IsTensor(operation.Member.ContainingType))
        {
            Taken(path, read);
        }

        if (operation.Member.Name == "requires_grad" && types.IsTensor(operation.Member.ContainingType))
        {
            return path.Fact<GradFact>(receiver) switch
            {
                { Grad: Grad.On, MayHaveChanged: false } => Value.True,
                { Grad: Grad.Off, MayHaveChanged: false } => Value.False,
                _ => Value.Unknown,
            };
        }

        return null;
    }

    public override bool Write(IMemberReferenceOperation operation, Value? receiver, Value value, FlowPath path)
    {
        if (operation.Member.Name == "requires_grad" && types.IsTensor(operation.Member.ContainingType))
        {
            if (receiver is Reference written)
            {
                Set(path, written, ToGrad(value), operation.Syntax.GetLocation());
            }

            return true;
        }

        if (operation.Member.Name == "grad" && types.IsTensor(operation.Member.ContainingType))
        {
            if (receiver is Reference nulled)
            {
                Taken(path, nulled);
            }

            return true;
        }

        if (receiver is Reference owner && path.Fact<GradFact>(owner) is not null)
        {
            Replaced(operation, owner, value, path);
        }

        return false;
    }

    public override Value? Collect(IOperation operation, ImmutableArray<Value> elements, FlowPath path)
    {
        // Modules stay one by one: somebody may do to each of them what is not done to a sequence of parameters.
        var parts = elements.Select(element => ModulesIn(path, element).ToList()).ToList();
        if (parts.Count == 0 || parts.Any(part => part.Count == 0) || elements.All(element => types.IsModule(TypeOf(path, element))))
        {
            return null;
        }

        var sequences = elements.Select(element => path.Fact<ParametersFact>(element)).ToList();
        var isFiltered = sequences.TrueForAll(sequence => sequence is { IsFiltered: true });
        var isPartial = sequences.Exists(sequence => sequence is { IsPartial: true });
        return Link(path, new ParametersFact(false, isFiltered, 0, isPartial), parts.SelectMany(part => part));
    }

    private static ITypeSymbol? TypeOf(FlowPath path, Value value) => value is Reference reference ? path[reference].Type : null;

    public override Value? ElementOf(Value collection, FlowPath path) =>
        collection is Reference reference && path.Fact<ParametersFact>(reference) is { } parameters ? Element(reference, parameters) : null;

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) =>
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
        (
            call.Operation is IInvocationOperation { Instance: { IsImplicit: false } instance }
                ? instance.Syntax.ToString()
                : call.Path.NameOf(receiver)) ?? otherwise;

    /// <summary>The optimizer takes a step.</summary>
    protected virtual void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
    }

    /// <summary>The optimizer was built just now.</summary>
    protected virtual void Built(Call call, Reference optimizer)
    {
    }

    /// <summary>An optimizer is given one more group.</summary>
    protected virtual void Added(Call call, Reference optimizer, Reference group, ParametersFact parameters)
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
    protected virtual void Taken(FlowPath path, Reference parameters)
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
    protected virtual void Replaced(IMemberReferenceOperation target, Reference owner, Value value, FlowPath path)
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
        fact.Grad == grad && !fact.MayHaveChanged ? fact : fact with { Grad = grad, Changed = changed, MayHaveChanged = false };

    /// <summary>What of a module an optimizer over it has to be built anew for, as a text to compare; null where that is unknown.</summary>
    protected virtual string? Label(GradFact fact, bool isFiltered) => "";

    private static Grad ToGrad(Value? value) => value?.AsBool switch
    {
        true => Grad.On,
        false => Grad.Off,
        null => Grad.Unknown,
    };
}
