using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT3009;

/// <summary>
/// Follows where the gradients of parameters come from: an optimizer must not step with what it has stepped with
/// before. Of an optimizer over parameters that are out of sight, its own note says so.
/// </summary>
internal sealed class MissingZeroGradDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed => OptimizerEffects.StepsUncleared | OptimizerEffects.GoesBackward;

    protected override void Backward(Call call)
    {
        var path = call.Path;
        for (var id = 0; id < path.Heap.Count; id++)
        {
            Update(path, new(id), stage => stage switch
            {
                null => Accumulation.Fresh,
                Accumulation.Used => Accumulation.Mixed,
                _ => stage,
            });
        }
    }

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        if (call.Arguments.Any(argument => argument is not Constant { Content: null }))
        {
            // What a closure does with the gradients is for the closure to know.
            Cleared(call, optimizer, isNulled: false);
            return;
        }

        var owners = Owners(path, optimizer);
        if (owners.Any(owner => StageOf(path, owner) == Accumulation.Mixed) && !ClearsSomewhere(call, optimizer))
        {
            path.Report(FindingOf(MissingZeroGradAnalyzer.Rule, call.Operation, optimizer.Id, NameOf(call, optimizer, "the optimizer")));
        }

        foreach (var owner in owners)
        {
            Update(path, owner, stage => stage is null ? null : Accumulation.Used);
        }
    }

    protected override void Cleared(Call call, Reference target, bool isNulled)
    {
        var path = call.Path;
        Taken(path, target);
        for (var id = 0; id < path.Heap.Count; id++)
        {
            // Who is above a part that is cleared may be clear as well.
            var other = new Reference(id);
            if (path.Heap[id].Fact is GradFact && PartsOf(path, other).Any(part => part.Part.Equals(target)))
            {
                Update(path, other, _ => null);
            }
        }
    }

    protected override void Taken(FlowPath path, Reference parameters)
    {
        foreach (var owner in Owners(path, parameters))
        {
            Update(path, owner, _ => null);
        }

        // An optimizer over parameters that we cannot see may be one over these; only such have a stage of their own.
        foreach (var optimizer in OptimizersIn(path))
        {
            Update(path, optimizer, _ => null);
        }
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed) => fact;

    private static List<Reference> Owners(FlowPath path, Reference target) => [target, .. PartsOf(path, target).Select(part => part.Part)];

    private static Accumulation? StageOf(FlowPath path, Reference owner) => path[owner].Fact switch
    {
        GradFact { Note: AccumulationNote note } => note.Stage,
        OptimizerFact { Note: AccumulationNote note } when SourcesOf(path, owner).Count == 0 => note.Stage,
        _ => null,
    };

    private static void Update(FlowPath path, Reference owner, Func<Accumulation?, Accumulation?> next)
    {
        switch (path[owner].Fact)
        {
            case GradFact module:
                path.Update(owner, module with { Note = AccumulationNote.Of(next((module.Note as AccumulationNote)?.Stage)) });
                break;
            case OptimizerFact optimizer when SourcesOf(path, owner).Count == 0:
                path.Update(owner, optimizer with { Note = AccumulationNote.Of(next((optimizer.Note as AccumulationNote)?.Stage)) });
                break;
        }
    }

    /// <summary>
    /// Whether the method clears gradients that may be these, on a path of its own choosing, or calls a method that does:
    /// who accumulates on purpose clears now and then.
    /// </summary>
    private static bool ClearsSomewhere(Call call, Reference optimizer)
    {
        var name = NameOf(call, optimizer, "");
        var others = OptimizersIn(call.Path).Where(other => !other.Equals(optimizer)).Select(call.Path.NameOf).ToList();
        return EnclosingMember.Of(call.Operation.Syntax) is { } member && Clearing.In(member) is var clearing
            && (clearing.IsByHelper || clearing.Cleared.Any(receiver =>
                receiver == name || (!others.Contains(receiver) && !clearing.Made.Contains(receiver))));
    }

    private enum Accumulation
    {
        /// <summary>There are gradients that no step has used.</summary>
        Fresh,

        /// <summary>A step has used them, and they are still there.</summary>
        Used,

        /// <summary>New ones were added to those that a step has used.</summary>
        Mixed,
    }

    private sealed record AccumulationNote(Accumulation Stage) : Note
    {
        public static AccumulationNote? Of(Accumulation? stage) => stage is { } known ? new(known) : null;
    }
}
