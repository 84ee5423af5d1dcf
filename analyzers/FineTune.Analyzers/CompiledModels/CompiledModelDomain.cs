using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>
/// Follows annotated models and what is compiled from them. A compiled model is bound for good to what trained when it
/// was compiled; it is stale while its model trains something else, and fresh again when that is taken back. Each rule
/// says what it makes of a compile and of a use.
/// </summary>
internal abstract class CompiledModelDomain(FineTuneTypes types) : FlowDomain
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

    public override Effects Triggers => Effects.HasCompiled;

    public override bool FollowsModels => true;

    public override Fact? FactOf(ITypeSymbol type) =>
        types.IsModel(type) ? new ModelFact(Trainability.AtEntry, null)
        : types.IsCompiledModel(type) ? new CompiledFact(Trainability.Unknown, null)
        : null;

    public override Fact? FactOfNew(ITypeSymbol type) => types.IsModel(type) ? new ModelFact(Trainability.Full, null) : FactOf(type);

    public override Fact Forget(Fact fact) => fact is ModelFact model ? model with { Now = Trainability.Unknown } : fact;

    public override bool IsHarmless(IMethodSymbol method)
    {
        for (var overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            method = overridden;
        }

        return Namespace(method) is "TorchSharp" or "FineTune" && method.DeclaringSyntaxReferences.IsEmpty;
    }

    public override Value? Invoke(Call call)
    {
        var method = call.Method;
        if (types.IsCompiledModel(method.ContainingType))
        {
            return InvokeOnCompiled(call);
        }

        if (FineTuneTypes.Is(method.ContainingType, types.Phase))
        {
            return method.Name == "Last" ? new Constant(Last(call)) : Value.Unknown;
        }

        if (method.Name == "FineTune" && Namespace(method) == "FineTune" && call.Target is Reference tuned)
        {
            Change(call, tuned, Trainability.Unknown);
            return Value.Unknown;
        }

        if (method.ContainingType is { Name: "Optimizers" } && Namespace(method) == "FineTune")
        {
            return RateOf(call);
        }

        if (!types.IsModel(method.ContainingType))
        {
            return null;
        }

        switch (method.Name)
        {
            case "FreezeBackbone":
                return Change(call, call.Receiver, Trainability.Head);
            case "UnfreezeBackbone":
                return Change(call, call.Receiver, Trainability.Full);
            case "UnfreezeLast":
                return Change(call, call.Receiver, Last(call));
            case "EnterPhase":
                var phase = (call.Arguments.FirstOrDefault() as Constant)?.Content as Trainability ?? Trainability.Unknown;
                return Change(call, call.Receiver, phase);
            case "Compile" or "Recompile" when types.IsCompiledModel(method.ReturnType):
                return Compile(call, call.Receiver);
            default:
                return null;
        }
    }

    public override Value? Read(IMemberReferenceOperation operation, Value? receiver, FlowPath path)
    {
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
            "IsBackboneFrozen" => path.Fact<ModelFact>(receiver)?.Now.Kind switch
            {
                TrainabilityKind.Head => Value.True,
                TrainabilityKind.Full or TrainabilityKind.Last => Value.False,
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
        switch (call.Method.Name)
        {
            case "Compile" or "Recompile":
                return Compile(
                    call,
                    call.Receiver is Reference old ? path[old].Fields.Find(ModelLink(path)) : call.Arguments.FirstOrDefault());
            case "Fit" or "TrainStep" or "Evaluate":
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

    private static Trainability Last(Call call) =>
        new(TrainabilityKind.Last, (call.Argument("count") as Constant)?.Content, (call.Argument("unit") as Constant)?.Content ?? 0);

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

    private static string Namespace(IMethodSymbol method)
    {
        var scope = method.ContainingNamespace;
        while (scope is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
        {
            scope = scope.ContainingNamespace;
        }

        return scope?.Name ?? "";
    }
}
