using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT3004;

/// <summary>Follows which parameters had a gradient when they were frozen, and have it when the same optimizer steps again.</summary>
internal sealed class FrozenGradientsDomain(TorchTypes types) : OptimizerDomain(types)
{
    protected override OptimizerEffects Needed =>
        OptimizerEffects.StepsOptimizer
        | OptimizerEffects.BuildsOptimizer
        | OptimizerEffects.ChangesGradients
        | OptimizerEffects.GoesBackward;

    protected override bool TrustsNamed => false;

    protected override void Built(Call call, Reference optimizer)
    {
        var isPlain = call.Method.Name is "SGD" && IsZero(call.Argument("momentum")) && IsZero(call.Argument("weight_decay"));
        call.Path.Update(
            optimizer,
            call.Path.Fact<OptimizerFact>(optimizer)! with
            {
                Note = new OptimizerNote(HasStepped: false, isPlain),
            });
    }

    protected override void Backward(Call call)
    {
        var path = call.Path;
        for (var id = 0; id < path.Heap.Count; id++)
        {
            if (path.Heap[id].Fact is GradFact { Grad: not (Grad.Off or Grad.Unknown) } fact)
            {
                path.Update(
                    new(id),
                    fact with
                    {
                        Note = new GradientNote((fact.Note as GradientNote)?.WasStepped == true, WasFrozen: false, IsZero: false),
                    });
            }
        }
    }

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        var note = fact.Note as OptimizerNote ?? new OptimizerNote(false, false);
        var parts = PartsOf(path, optimizer);
        foreach (var (_, frozen) in parts)
        {
            if (note.HasStepped
                && frozen is { Grad: Grad.Off, Note: GradientNote { WasFrozen: true } gradient }
                && !(gradient.IsZero && note.IsPlain))
            {
                path.Report(
                    FindingOf(
                        FrozenGradientsAnalyzer.Rule,
                        call.Operation,
                        optimizer.Id,
                        NameOf(call, optimizer, "the optimizer"),
                        frozen.Changed));
                path.End();
                return;
            }
        }

        foreach (var (part, stepped) in parts)
        {
            if (stepped.Note is GradientNote { WasFrozen: false } gradient)
            {
                path.Update(part, stepped with { Note = gradient with { WasStepped = true } });
            }
        }

        path.Update(optimizer, fact with { Note = note with { HasStepped = true } });
    }

    protected override void Cleared(Call call, Reference target, bool isNulled)
    {
        foreach (var (part, fact) in PartsOf(call.Path, target))
        {
            if (fact.Note is GradientNote gradient)
            {
                call.Path.Update(part, fact with { Note = isNulled ? null : gradient with { IsZero = true } });
            }
        }
    }

    protected override void Taken(FlowPath path, Reference parameters)
    {
        foreach (var (part, fact) in PartsOf(path, parameters))
        {
            path.Update(part, fact with { Note = null });
        }
    }

    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed)
    {
        var gradient = fact.Note as GradientNote;
        return base.Changed(fact, grad, changed) with
        {
            Note = grad switch
            {
                Grad.Off when gradient is { WasStepped: true } => gradient with { WasFrozen = true },
                Grad.On when gradient is not null => gradient with { WasFrozen = false },
                _ => null,
            },
        };
    }

    private static bool IsZero(Value? value) => value is Constant { Content: 0.0 or 0 };

    /// <param name="HasStepped">Whether it has taken a step in sight.</param>
    /// <param name="IsPlain">Whether a gradient of zero moves nothing.</param>
    private sealed record OptimizerNote(bool HasStepped, bool IsPlain) : Note;

    /// <param name="WasStepped">Whether an optimizer has stepped with it.</param>
    /// <param name="WasFrozen">Whether it was there when the parameter was frozen.</param>
    /// <param name="IsZero">Whether it was set to zero since.</param>
    private sealed record GradientNote(bool WasStepped, bool WasFrozen, bool IsZero) : Note;
}
