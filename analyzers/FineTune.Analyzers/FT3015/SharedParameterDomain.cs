using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;

namespace FineTune.Analyzers.FT3015;

/// <summary>Looks at what optimizers are given whole: a module and a part of it share the parameters of the part.</summary>
internal sealed class SharedParameterDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed => OptimizerEffects.BuildsOptimizer | OptimizerEffects.JoinsParameters;

    // Who neither builds an optimizer nor joins parameters calls somebody who does, and is told.
    public override bool IsRelevant(ulong own, ulong? reach) => ((OptimizerEffects)own & Needed) != 0 && base.IsRelevant(own, reach);

    protected override void Built(Call call, Reference optimizer)
    {
        var path = call.Path;
        if (path.Fact<ParametersFact>(Given(call)) is not { IsPartial: false })
        {
            path.Update(optimizer, path.Fact<OptimizerFact>(optimizer)! with { Note = PartialNote.Instance });
            return;
        }

        var sources = SourcesOf(path, optimizer);
        for (var i = 1; i < sources.Count; i++)
        {
            if (Shared(path, sources.Take(i), sources[i]) is { } shared)
            {
                Report(call, optimizer, shared);
                return;
            }
        }
    }

    protected override void Added(Call call, Reference optimizer, Reference group, ParametersFact parameters)
    {
        var path = call.Path;
        if (parameters.IsPartial || path.Fact<OptimizerFact>(optimizer)!.Note is not null)
        {
            return;
        }

        var given = SourcesOf(path, optimizer);
        if (SourcesOf(path, group).Select(source => Shared(path, given, source)).FirstOrDefault(found => found is not null) is { } shared)
        {
            Report(call, optimizer, shared);
        }
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Microsoft.CodeAnalysis.Location? changed) => fact;

    /// <summary>The smaller of two modules, or parameters, of which one is in the other.</summary>
    private static Reference? Shared(FlowPath path, IEnumerable<Reference> given, Reference source)
    {
        foreach (var other in given)
        {
            if (IsIn(path, source, other))
            {
                return source;
            }

            if (IsIn(path, other, source))
            {
                return other;
            }
        }

        return null;
    }

    private static bool IsIn(FlowPath path, Reference part, Reference whole) =>
        PartsOf(path, whole).Any(inner => inner.Part.Equals(part));

    private static void Report(Call call, Reference optimizer, Reference shared) =>
        call.Path.Report(
            FindingOf(SharedParameterAnalyzer.Rule, call.Operation, optimizer.Id, MemberName(call.Path, shared) ?? "a module"));

    /// <summary>The optimizer is over some of what its sources have, or over what is out of sight.</summary>
    private sealed record PartialNote : Note
    {
        public static readonly PartialNote Instance = new();
    }
}
