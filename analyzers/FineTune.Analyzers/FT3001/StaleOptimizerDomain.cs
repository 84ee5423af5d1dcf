using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3001;

/// <summary>An optimizer is stale while what it was built over requires gradients otherwise than it did then.</summary>
internal sealed class StaleOptimizerDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed =>
        OptimizerEffects.StepsOptimizer | OptimizerEffects.BuildsOptimizer | OptimizerEffects.ChangesGradients;

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        if (fact.Bound is not { } bound || Describe(path, optimizer, fact.IsFiltered) is not { } now || now == bound)
        {
            return;
        }

        var changed = SourcesOf(path, optimizer)
            .SelectMany(source => PartsOf(path, source))
            .Select(part => part.Fact.Changed)
            .OfType<Location>()
            .LastOrDefault();
        path.Report(
            FindingOf(
                StaleOptimizerAnalyzer.Rule,
                call.Operation,
                optimizer.Id,
                NameOf(call, optimizer, "the optimizer"),
                fact.Built,
                changed));
        path.End();
    }

    /// <summary>
    /// A part replaced under an optimizer is another rule's business: whether the new one requires a gradient says nothing here.
    /// </summary>
    protected override void Replaced(IMemberReferenceOperation target, Reference owner, Value value, FlowPath path)
    {
        if (!IsOptimized(path, owner))
        {
            return;
        }

        foreach (var (part, fact) in PartsOf(path, owner))
        {
            path.Update(part, fact with { Grad = Grad.Unknown });
        }
    }

    /// <summary>
    /// Of what came in, we assume that it trains, as a new module does; but who asks for what requires a gradient froze something.
    /// </summary>
    protected override string? Label(GradFact fact, bool isFiltered) => fact.Grad switch
    {
        Grad.Unknown => null,
        Grad.AtEntry when !isFiltered => nameof(Grad.On),
        _ => fact.Grad.ToString(),
    };
}
