using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT3005;

/// <summary>
/// Follows frozen parts with BatchNorm that the <c>train()</c> of a module around them has put into training mode. Who
/// calls <c>train()</c> on the part itself means it.
/// </summary>
internal sealed class FrozenModeDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed =>
        OptimizerEffects.StepsOptimizer | OptimizerEffects.ChangesGradients | OptimizerEffects.SwitchesMode;

    protected override bool TrustsNamed => false;

    protected override Note? Settle(Note? note, OptimizerEffects later) =>
        (later & (OptimizerEffects.SwitchesMode | OptimizerEffects.SwitchesOff)) == 0 ? note : null;

    protected override void SwitchMode(Call call, Reference module, bool? training)
    {
        var path = call.Path;
        foreach (var (part, fact) in PartsOf(path, module))
        {
            var moves =
                training == true
                && !part.Equals(module)
                && fact is { Grad: Grad.Off, MayHaveChanged: false }
                && BatchNorms.AreIn(path, part);
            path.Update(part, fact with { Note = moves ? new MovingNote(call.Operation) : null });
        }
    }

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        var moving = Enumerable.Range(0, path.Heap.Count).Select(id => new Reference(id)).Where(IsMoving).ToList();
        if (moving.Count == 0)
        {
            return;
        }

        // Of a part and those in it, the one that the source has a name for.
        var part = moving.Find(part => MemberName(path, part) is not null) ?? moving[0];
        var frozen = path.Fact<GradFact>(part)!;
        var train = ((MovingNote)frozen.Note!).Train;
        var at = InOneMember(train.Syntax, call.Operation.Syntax) ? train : call.Operation;
        path.Report(
            FindingOf(
                FrozenModeAnalyzer.Rule,
                at,
                part.Id,
                MemberName(path, part) ?? "a part",
                frozen.Changed,
                train.Syntax.GetLocation()));
        path.End();

        bool IsMoving(Reference part) =>
            path.Fact<GradFact>(part) is { Grad: Grad.Off, Note: MovingNote } && !IsTrainedInTurn(path, part, optimizer);
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed) =>
        base.Changed(grad == Grad.Off ? fact : fact with { Note = null }, grad, changed);

    /// <summary>
    /// Whether the part is trained in turn, as a discriminator is that is frozen while the generator steps: it has an optimizer of its
    /// own, or is in what another optimizer is over.
    /// </summary>
    private static bool IsTrainedInTurn(FlowPath path, Reference part, Reference stepping) =>
        OptimizersIn(path).Any(other =>
            SourcesOf(path, other).Contains(part)
            || (!other.Equals(stepping) && PartsOf(path, other).Exists(inner => inner.Part.Equals(part))));

    private static bool InOneMember(SyntaxNode one, SyntaxNode other) =>
        ReferenceEquals(EnclosingMember.Of(one), EnclosingMember.Of(other));

    private sealed record MovingNote(IOperation Train) : Note
    {
        public bool Equals(MovingNote? other) => other is not null;

        public override int GetHashCode() => 1;
    }
}
