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
        OptimizerEffects.Steps | OptimizerEffects.ChangesGradients | OptimizerEffects.SwitchesMode;

    protected override bool TrustsNamed => false;

    protected override void SwitchMode(Call call, Reference module, bool? training)
    {
        var path = call.Path;
        foreach (var (part, fact) in PartsOf(path, module))
        {
            var moves = training == true && !part.Equals(module) && fact.Grad == Grad.Off && BatchNorms.AreIn(path, part);
            path.Update(part, fact with { Note = moves ? new MovingNote(call.Operation) : null });
        }
    }

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        for (var id = 0; id < path.Heap.Count; id++)
        {
            var part = new Reference(id);
            if (path.Fact<GradFact>(part) is not { Grad: Grad.Off, Note: MovingNote moving } frozen || HasOptimizerOfItsOwn(path, part))
            {
                continue;
            }

            var train = moving.Train;
            var at = InOneMember(train.Syntax, call.Operation.Syntax) ? train : call.Operation;
            path.Report(
                FindingOf(FrozenModeAnalyzer.Rule, at, id, MemberName(path, part) ?? "a part", frozen.Changed, train.Syntax.GetLocation()));
            path.End();
            return;
        }
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed) =>
        base.Changed(grad == Grad.Off ? fact : fact with { Note = null }, grad, changed);

    /// <summary>Whether the part is trained in turn, as a discriminator is that is frozen while the generator steps.</summary>
    private static bool HasOptimizerOfItsOwn(FlowPath path, Reference part)
    {
        for (var id = 0; id < path.Heap.Count; id++)
        {
            if (path.Heap[id].Fact is OptimizerFact && SourcesOf(path, new(id)).Contains(part))
            {
                return true;
            }
        }

        return false;
    }

    private static string? MemberName(FlowPath path, Reference part)
    {
        if (path.NameOf(part) is { } name)
        {
            return name;
        }

        foreach (var owner in path.Heap)
        {
            foreach (var field in owner.Fields)
            {
                if (field.Value.Equals(part) && path.Slots.SymbolOf(field.Key) is { CanBeReferencedByName: true } symbol)
                {
                    return symbol.Name;
                }
            }
        }

        return null;
    }

    private static bool InOneMember(SyntaxNode one, SyntaxNode other) =>
        ReferenceEquals(EnclosingMember.Of(one), EnclosingMember.Of(other));

    private sealed record MovingNote(IOperation Train) : Note
    {
        public bool Equals(MovingNote? other) => other is not null;

        public override int GetHashCode() => 1;
    }
}
