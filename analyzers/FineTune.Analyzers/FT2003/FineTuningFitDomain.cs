using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT2003;

/// <summary>
/// Finds every Fit of what was compiled for fine-tuning: after layers were unfrozen. A model that was never frozen learns
/// from the start, and may be the one that is pre-trained.
/// </summary>
internal sealed class FineTuningFitDomain(FineTuneTypes types) : CompiledModelDomain(types)
{
    protected override bool CanBeWrong(CompileEffects reach) =>
        Has(reach, CompileEffects.Compiles | CompileEffects.UsesCompiled)
        && HasAny(reach, CompileEffects.UnfreezesBackbone | CompileEffects.EntersPhase);

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) =>
        inner with
        {
            At = call,
            Subject = subject.Id,
        };

    protected override void Compiled(Call call, Reference compiled, Reference model)
    {
        var path = call.Path;
        if (path.Fact<ModelFact>(model) is { Now.UnfreezesSome: true, Changed: not null })
        {
            path.WriteField(compiled, FineTunes(path), Value.True);
        }
    }

    protected override void Use(Call call, Reference compiled)
    {
        var path = call.Path;
        if (call.Method.Name != "Fit"
            || path[compiled].Fields.Find(FineTunes(path))?.AsBool != true
            || path.Fact<CompiledFact>(compiled)?.Compiled is not { } at)
        {
            return;
        }

        path.Report(
            new(
                UnwatchedFitAnalyzer.Rule,
                call.Operation,
                compiled.Id,
                [Lines.Of(at, call.Operation.Syntax.SyntaxTree)],
                [at],
                ImmutableDictionary<string, string?>.Empty));
    }

    private static int FineTunes(FlowPath path) => path.Slots.Named("compiled for fine-tuning");
}
