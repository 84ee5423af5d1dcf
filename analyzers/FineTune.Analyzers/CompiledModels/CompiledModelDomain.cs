using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>
/// Follows annotated models and what is compiled from them. A compiled model is bound for good to what trained when it
/// was compiled; it is stale while its model trains something else, and fresh again when that is taken back.
/// </summary>
internal sealed class CompiledModelDomain(FineTuneTypes types) : FlowDomain
{
    /// <summary>The properties of a diagnostic that its fix reads.</summary>
    public const string CompiledProperty = "compiled", ModelProperty = "model", ChangedProperty = "changed";

    public override bool IsTrigger(IOperation operation) => types.IsCompiledModel(operation.Type);

    public override Fact? FactOf(ITypeSymbol type) =>
        types.IsModel(type) ? new ModelFact(Trainability.AtEntry, null)
        : types.IsCompiledModel(type) ? new CompiledFact(Trainability.Unknown, null)
        : null;

    public override Fact? FactOfNew(ITypeSymbol type) => types.IsModel(type) ? new ModelFact(Trainability.Full, null) : FactOf(type);

    public override Fact Forget(Fact fact) => fact is ModelFact model ? model with { Now = Trainability.Unknown } : fact;

    public override bool IsHarmless(IMethodSymbol method)
    {
        for (var overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
            method = overridden;
        return Namespace(method) is "TorchSharp" or "FineTune" && method.DeclaringSyntaxReferences.IsEmpty;
    }

    public override Value? Invoke(Call call)
    {
        var method = call.Method;
        if (types.IsCompiledModel(method.ContainingType))
            return InvokeOnCompiled(call);
        if (FineTuneTypes.Is(method.ContainingType, types.Phase))
            return method.Name == "Last" ? new Constant(Last(call)) : Value.Unknown;
        if (method.Name == "FineTune" && Namespace(method) == "FineTune" && call.Target is Reference tuned)
        {
            Change(call, tuned, Trainability.Unknown);
            return Value.Unknown;
        }

        if (!types.IsModel(method.ContainingType))
            return null;
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

    public override Value? Read(IMemberReferenceOperation operation, Value? receiver, Flow.Path path)
    {
        var member = operation.Member;
        if (FineTuneTypes.Is(member.ContainingType, types.Phase))
            return member.Name switch
            {
                "Head" => new Constant(Trainability.Head),
                "Full" => new Constant(Trainability.Full),
                _ => Value.Unknown,
            };
        if (types.IsCompiledModel(member.ContainingType))
            return member.Name == "IsStale" && IsStale(receiver, path) is { } stale ? Value.Of(stale) : Value.Unknown;
        if (!types.IsModel(member.ContainingType) || member is not IPropertySymbol)
            return null;
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

    public override bool Follows(ISymbol? variable) => variable switch
    {
        ILocalSymbol local => FineTuneTypes.Is(local.Type, types.Phase),
        IParameterSymbol parameter => FineTuneTypes.Is(parameter.Type, types.Phase),
        _ => false,
    };

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, Flow.Path path) =>
        Stale(call, subject, path.NameOf(subject), path);

    private Value InvokeOnCompiled(Call call)
    {
        var path = call.Path;
        switch (call.Method.Name)
        {
            case "Compile" or "Recompile":
                return Compile(call, call.Receiver is Reference old ? path[old].Fields.Find(ModelLink(path)) : call.Arguments.FirstOrDefault());
            case "Fit" or "TrainStep" or "Evaluate":
                if (call.Receiver is Reference compiled && IsStale(compiled, path) == true)
                {
                    if (!ExpectsStale(call.Operation.Syntax))
                        path.Report(Stale(call.Operation, compiled, NameOf(call, compiled), path));
                    // What trains throws; what only evaluates goes on, with numbers of a model that is no longer the one compiled.
                    if (call.Method.Name != "Evaluate")
                    {
                        path.MayThrow(types.StaleCompilationException);
                        path.End();
                    }
                }

                foreach (var argument in call.Arguments)
                    path.Escape(argument);
                path.ForgetEscaped(this);
                return Value.Unknown;
            default:
                return Value.Unknown;
        }
    }

    private static Value Change(Call call, Value? receiver, Trainability now)
    {
        if (receiver is Reference model && call.Path.Fact<ModelFact>(model) is { } fact)
            call.Path.Update(model, fact.Now.Equals(now) ? fact : new ModelFact(now, call.Operation.Syntax.GetLocation()));
        return Value.Unknown;
    }

    private static Value Compile(Call call, Value? receiver)
    {
        if (receiver is not Reference model || call.Path.Fact<ModelFact>(model) is not { } fact)
            return Value.Unknown;
        var compiled = call.Path.New(new CompiledFact(fact.Now, call.Operation.Syntax.GetLocation()), call.Method.ReturnType, exact: true);
        call.Path.WriteField(compiled, ModelLink(call.Path), model);
        return compiled;
    }

    private static int ModelLink(Flow.Path path) => path.Slots.Named("model of a compiled model");

    private static Trainability Last(Call call) =>
        new(TrainabilityKind.Last, (call.Argument("count") as Constant)?.Content, (call.Argument("unit") as Constant)?.Content ?? 0);

    private static bool? IsStale(Value? value, Flow.Path path) =>
        value is Reference compiled && path.Fact<CompiledFact>(compiled) is { } fact
        && path.Fact<ModelFact>(path[compiled].Fields.Find(ModelLink(path))) is { } model
            ? model.Now.Differs(fact.Bound)
            : null;

    private static Finding Stale(IOperation at, Reference compiled, string? name, Flow.Path path)
    {
        var fact = path.Fact<CompiledFact>(compiled)!;
        var link = path[compiled].Fields.Find(ModelLink(path))!;
        var model = path.Fact<ModelFact>(link)!;
        var file = at.Syntax.SyntaxTree;
        var sites = new[] { fact.Compiled, model.Changed }.OfType<Location>().ToImmutableArray();
        var properties = ImmutableDictionary<string, string?>.Empty
            .Add(CompiledProperty, name)
            .Add(ModelProperty, path.NameOf(link))
            .Add(ChangedProperty, model.Changed is { } changed && changed.SourceTree == file ? changed.SourceSpan.Start.ToString() : null);
        return new(
            FT2001.StaleCompilationAnalyzer.Rule, at, compiled.Id,
            [name ?? "the compiled model", Lines.Of(fact.Compiled, file), Lines.Of(model.Changed, file)],
            sites, properties);
    }

    private static string? NameOf(Call call, Reference compiled) =>
        call.Operation is IInvocationOperation { Instance: ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation } invocation
            ? invocation.Instance.Syntax.ToString()
            : call.Path.NameOf(compiled);

    /// <summary>Whether the use stands in a <c>try</c> that catches exactly what a stale use throws.</summary>
    private static bool ExpectsStale(SyntaxNode use) =>
        use.Ancestors().OfType<TryStatementSyntax>().Any(statement =>
            statement.Block.Span.Contains(use.Span)
            && statement.Catches.Any(handler => handler.Declaration?.Type.ToString().EndsWith("StaleCompilationException", StringComparison.Ordinal) == true));

    private static string Namespace(IMethodSymbol method)
    {
        var scope = method.ContainingNamespace;
        while (scope is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            scope = scope.ContainingNamespace;
        return scope?.Name ?? "";
    }
}
