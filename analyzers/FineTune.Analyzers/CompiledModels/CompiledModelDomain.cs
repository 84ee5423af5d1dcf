using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>
/// Follows annotated models and what is compiled from them. A compiled model is bound for good to what trained when it
/// was compiled; it is stale while its model trains something else, and fresh again when that is taken back. Each rule
/// says what it makes of a compile and of a use.
/// </summary>
internal abstract partial class CompiledModelDomain(FineTuneTypes types) : FlowDomain
{
    protected FineTuneTypes Types => types;

    /// <summary>A compiled model trains or measures.</summary>
    protected virtual void Use(Call call, Reference compiled)
    {
    }

    /// <summary>A model is compiled.</summary>
    protected virtual void Compiled(Call call, Reference compiled, Reference model)
    {
    }

    public sealed override Survey Survey => types.Survey;

    public sealed override bool IsRelevant(ulong own, ulong? reach) =>
        reach is null || (Has((CompileEffects)reach, CompileEffects.HasCompiled) && CanBeWrong((CompileEffects)reach));

    /// <summary>Whether a body can be wrong, from what it and those that it calls do.</summary>
    protected abstract bool CanBeWrong(CompileEffects reach);

    /// <summary>Whether all of some effects are there.</summary>
    protected static bool Has(CompileEffects reach, CompileEffects wanted) => (reach & wanted) == wanted;

    /// <summary>Whether one of some effects is there.</summary>
    protected static bool HasAny(CompileEffects reach, CompileEffects wanted) => (reach & wanted) != 0;

    public override Fact? FactOf(ITypeSymbol type) =>
        types.IsModel(type) ? new ModelFact(Trainability.AtEntry, null)
        : types.IsCompiledModel(type) ? new CompiledFact(Trainability.Unknown, null)
        : null;

    public override Fact? FactOfNew(ITypeSymbol type) => types.IsModel(type) ? new ModelFact(Trainability.Full, null) : FactOf(type);

    public override Fact Forget(Fact fact) => fact is ModelFact model ? model with { Now = Trainability.Unknown } : fact;

    public sealed override Fact Settle(Fact fact, ulong later) =>
        HasAny((CompileEffects)later, CompileEffects.ChangesTrainability)
            ? Forget(fact)
            : fact;

    public override bool IsHarmless(IMethodSymbol method)
    {
        for (var overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            method = overridden;
        }

        return Outermost(method) is "TorchSharp" or "FineTune" && !types.IsOfThisProject(method);
    }

    public sealed override bool IsHarmless(ulong reach) => ((CompileEffects)reach & ~CompileEffects.HasCompiled) == 0;

    public override Value? Invoke(Call call)
    {
        var method = call.Method;
        if (types.IsCompiledModel(method.ContainingType))
        {
            return InvokeOnCompiled(call);
        }

        if (FineTuneTypes.Is(method.ContainingType, types.Phase))
        {
            return method.Name switch
            {
                "Last" => new Constant(Counted(TrainabilityKind.Last, call)),
                "First" => new Constant(Counted(TrainabilityKind.First, call)),
                _ => Value.Unknown,
            };
        }

        if (method.Name == "FineTune" && Outermost(method) == "FineTune" && call.Target is Reference tuned)
        {
            Change(call, tuned, Trainability.Unknown);
            return Value.Unknown;
        }

        if (method.ContainingType is { Name: "Optimizers" } && Outermost(method) == "FineTune")
        {
            return RateOf(call);
        }

        return Transitions.Of(method, types).Transition switch
        {
            Transition.ChangeParts => ChangePart(call),
            Transition.FreezeBackbone => Change(call, call.Receiver, Trainability.Head),
            Transition.UnfreezeBackbone => Change(call, call.Receiver, Trainability.Full),
            Transition.UnfreezeLast => Change(call, call.Receiver, Counted(TrainabilityKind.Last, call)),
            Transition.UnfreezeFirst => Change(call, call.Receiver, Counted(TrainabilityKind.First, call)),
            Transition.Unfreeze => Change(call, call.Receiver, Trainability.Named),
            Transition.EnterPhase => Change(
                call,
                call.Receiver,
                (call.Arguments.FirstOrDefault() as Constant)?.Content as Trainability ?? Trainability.Unknown),
            Transition.Compile => Compile(call, call.Receiver),
            _ => PartsOf(call),
        };
    }

    public override Value? Read(IMemberReferenceOperation operation, Value? receiver, FlowPath path)
    {
        if (PartOf(operation, receiver, path) is { } part)
        {
            return part;
        }

        var member = operation.Member;
        if (FineTuneTypes.Is(member.ContainingType, types.Phase))
        {
            return member.Name switch
            {
                "Head" => new Constant(Trainability.Head),
                "Full" => new Constant(Trainability.Full),
                _ => Value.Unknown,
            };
        }

        if (types.IsCompiledModel(member.ContainingType))
        {
            return member.Name == "IsStale" && IsStale(receiver, path) is { } stale ? Value.Of(stale) : Value.Unknown;
        }

        if (!types.IsModel(member.ContainingType) || member is not IPropertySymbol)
        {
            return null;
        }

        return member.Name switch
        {
            "IsBackboneFrozen" => path.Fact<ModelFact>(receiver)?.Now switch
            {
                { Kind: TrainabilityKind.Head } => Value.True,
                { UnfreezesSome: true } => Value.False,
                _ => Value.Unknown,
            },
            "Phase" => path.Fact<ModelFact>(receiver) is { } model ? new Constant(model.Now) : Value.Unknown,
            _ => null,
        };
    }

    /// <summary>What a rule wants to know of an optimizer's configuration.</summary>
    protected virtual Value RateOf(Call call) => Value.Unknown;

    public override bool Follows(ISymbol? variable) => variable switch
    {
        ILocalSymbol local => FineTuneTypes.Is(local.Type, types.Phase),
        IParameterSymbol parameter => FineTuneTypes.Is(parameter.Type, types.Phase),
        _ => false,
    };

    private Value InvokeOnCompiled(Call call)
    {
        var path = call.Path;
        switch (Transitions.Of(call.Method, types).Transition)
        {
            case Transition.Compile:
                return Compile(
                    call,
                    call.Receiver is Reference old ? path[old].Fields.Find(ModelLink(path)) : call.Arguments.FirstOrDefault());
            case Transition.Use:
                if (call.Receiver is Reference compiled)
                {
                    Use(call, compiled);
                }

                foreach (var argument in call.Arguments)
                {
                    path.Escape(argument);
                }

                path.ForgetEscaped(this);
                return Value.Unknown;
            default:
                return Value.Unknown;
        }
    }

    private static Value Change(Call call, Value? receiver, Trainability now)
    {
        if (receiver is Reference model && call.Path.Fact<ModelFact>(model) is { } fact)
        {
            call.Path.Update(model, fact.Now.Equals(now) ? fact : new ModelFact(now, call.Operation.Syntax.GetLocation()));
        }

        return Value.Unknown;
    }

    private Value Compile(Call call, Value? receiver)
    {
        if (receiver is not Reference model || call.Path.Fact<ModelFact>(model) is not { } fact)
        {
            return Value.Unknown;
        }

        var compiled = call.Path.New(new CompiledFact(fact.Now, call.Operation.Syntax.GetLocation()), call.Method.ReturnType, exact: true);
        call.Path.WriteField(compiled, ModelLink(call.Path), model);
        Compiled(call, compiled, model);
        return compiled;
    }

    protected static int ModelLink(FlowPath path) => path.Slots.Named("model of a compiled model");

    private static Trainability Counted(TrainabilityKind kind, Call call) =>
        new(kind, (call.Argument("count") as Constant)?.Content, (call.Argument("unit") as Constant)?.Content ?? 0);

    protected static bool? IsStale(Value? value, FlowPath path) =>
        value is Reference compiled && path.Fact<CompiledFact>(compiled) is { } fact
        && path.Fact<ModelFact>(path[compiled].Fields.Find(ModelLink(path))) is { } model
            ? model.Now.Differs(fact.Bound)
            : null;

    /// <summary>How the source calls the compiled model that a call is on.</summary>
    protected static string? NameOf(Call call, Reference compiled) =>
        call.Operation
            is IInvocationOperation
        {
            Instance: ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation
        } invocation
            ? invocation.Instance.Syntax.ToString()
            : call.Path.NameOf(compiled);

    private static string Outermost(IMethodSymbol method) => Namespaces.Outermost(method.ContainingNamespace);
}
