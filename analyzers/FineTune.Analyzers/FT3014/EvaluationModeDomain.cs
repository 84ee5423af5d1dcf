using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT3014;

/// <summary>Follows which modules are in evaluation mode. Only who trains what is in it as a whole forgot to leave it.</summary>
internal sealed class EvaluationModeDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed =>
        OptimizerEffects.StepsOptimizer | OptimizerEffects.BuildsOptimizer | OptimizerEffects.SwitchesOff;

    protected override void SwitchMode(Call call, Reference module, bool? training)
    {
        foreach (var (part, fact) in PartsOf(call.Path, module))
        {
            call.Path.Update(
                part,
                fact with
                {
                    Note = training is { } known ? new ModeNote(known, call.Operation.Syntax.GetLocation()) : null,
                });
        }
    }

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        var notes = PartsOf(path, optimizer).Select(part => part.Fact.Note as ModeNote).ToList();
        if (fact.IsFiltered || notes.Count == 0 || !notes.All(note => note is { IsTraining: false }))
        {
            return;
        }

        path.Report(
            FindingOf(
                EvaluationModeAnalyzer.Rule,
                call.Operation,
                optimizer.Id,
                NameOf(call, optimizer, "the optimizer"),
                notes[0]!.Switched));
        path.End();
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed) => fact;

    private sealed record ModeNote(bool IsTraining, Location Switched) : Note
    {
        public bool Equals(ModeNote? other) => other is not null && IsTraining == other.IsTraining;

        public override int GetHashCode() => IsTraining ? 1 : 0;
    }
}
