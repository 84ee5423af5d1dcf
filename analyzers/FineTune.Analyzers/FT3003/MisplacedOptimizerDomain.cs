using System.Collections.Concurrent;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3003;

/// <summary>
/// Follows where modules are and what they are made of. An optimizer keeps the parameters that were there when it was built.
/// </summary>
internal sealed class MisplacedOptimizerDomain(TorchTypes types) : OptimizerDomain(types)
{
    /// <summary>
    /// The properties of a diagnostic that its fix reads: where the optimizer was built, and where its parameters were replaced.
    /// </summary>
    public const string BuiltProperty = "built", ChangedProperty = "changed";

    // A call is walked on every path, and where it moves something to may take a look over its file.
    private readonly ConcurrentDictionary<IInvocationOperation, (string? Device, string? Type)?> targets = new();

    protected override OptimizerEffects Needed => OptimizerEffects.StepsOptimizer | OptimizerEffects.BuildsOptimizer;

    protected override bool CanBeWrong(OptimizerEffects reach) =>
        base.CanBeWrong(reach) && (reach & (OptimizerEffects.MovesModules | OptimizerEffects.AssignsParts)) != 0;

    // Where parameters were when an optimizer was built is not undone by whoever moves them on.
    protected override Note? Settle(Note? note, OptimizerEffects later) => note;

    protected override void Moved(Call call, Reference module)
    {
        if (call.Operation is not IInvocationOperation invocation || targets.GetOrAdd(invocation, TargetOf) is not { } target)
        {
            return;
        }

        Note(call.Path, module, invocation, note => note with { Device = target.Device ?? note.Device, Type = target.Type ?? note.Type });
    }

    protected override void Replaced(IMemberReferenceOperation target, Reference owner, Value value, FlowPath path)
    {
        if (!Types.IsModule(target.Type) && !Types.IsParameter(target.Type))
        {
            return;
        }

        if (path[owner].Fields.Find(path.Slots.Of(target.Member)) is { } before && before.Equals(value))
        {
            return;
        }

        Made(path, owner, target);
    }

    protected override void Grown(Call call, Reference owner) => Made(call.Path, owner, call.Operation);

    protected override void Step(Call call, Reference optimizer, OptimizerFact fact)
    {
        var path = call.Path;
        if (fact.Bound is not { } bound || Describe(path, optimizer, fact.IsFiltered) is not { } now || now == bound)
        {
            return;
        }

        var changed = PartsOf(path, optimizer)
            .Select(part => (part.Fact.Note as PlacementNote)?.Changed)
            .OfType<Location>()
            .OrderBy(location => location.SourceSpan.Start)
            .LastOrDefault();
        var finding = FindingOf(
            MisplacedOptimizerAnalyzer.Rule,
            call.Operation,
            optimizer.Id,
            NameOf(call, optimizer, "the optimizer"),
            fact.Built,
            changed);
        var file = call.Operation.Syntax.SyntaxTree;
        if (fact.Built?.SourceTree == file && changed?.SourceTree == file)
        {
            finding = finding with
            {
                Properties = finding
                    .Properties.Add(BuiltProperty, $"{fact.Built.SourceSpan.Start}")
                    .Add(ChangedProperty, $"{changed.SourceSpan.Start}"),
            };
        }

        path.Report(finding);
        path.End();
    }

    /// <summary>Whether it trains is no business of this rule; a module that code out of sight had in hand is unknown.</summary>
    protected override GradFact Changed(GradFact fact, Grad grad, Location? changed) => fact;

    protected override string? Label(GradFact fact, bool isFiltered) =>
        fact.Grad == Grad.Unknown ? null : fact.Note is PlacementNote note ? $"{note.Device}|{note.Type}|{note.Parts}" : "||";

    private static void Note(FlowPath path, Reference module, IOperation at, Func<PlacementNote, PlacementNote> change)
    {
        foreach (var (part, fact) in PartsOf(path, module))
        {
            var before = fact.Note as PlacementNote ?? new PlacementNote("", "", "", null);
            var after = change(before);
            if (!after.Equals(before))
            {
                path.Update(part, fact with { Note = after with { Changed = at.Syntax.GetLocation() } });
            }
        }
    }

    private static void Made(FlowPath path, Reference owner, IOperation at)
    {
        if (path.Fact<GradFact>(owner) is not { } fact)
        {
            return;
        }

        var before = fact.Note as PlacementNote ?? new PlacementNote("", "", "", null);
        path.Update(owner, fact with { Note = before with { Parts = $"{at.Syntax.SpanStart}", Changed = at.Syntax.GetLocation() } });
    }

    /// <summary>Where a call moves a module to: "" for where a new module is anyway, null for what it leaves alone.</summary>
    private static (string? Device, string? Type)? TargetOf(IInvocationOperation invocation)
    {
        switch (invocation.TargetMethod.Name)
        {
            case "cuda":
                return ("CUDA", null);
            case "cpu":
                return ("", null);
            case "float":
                return (null, "");
            case "half" or "bfloat16" or "double" or "bool" or "byte" or "char" or "int" or "long" or "short" or "cdouble" or "cfloat":
                return (null, invocation.TargetMethod.Name);
            case "to":
                string? device = null, type = null;
                foreach (var argument in invocation.Arguments)
                {
                    switch (argument.Parameter?.Type.Name)
                    {
                        case "Device" or "DeviceType" or "String":
                            device = DeviceOf(argument.Value.Syntax);
                            break;
                        case "ScalarType":
                            type =
                                argument.Value.Syntax.ToString() is var text && text.EndsWith("Float32", StringComparison.OrdinalIgnoreCase)
                                    ? ""
                                    : text;
                            break;
                        case "Tensor":
                            return null;
                    }
                }

                return (device, type);
            default:
                return null;
        }
    }

    /// <summary>The text of a device; "" for the one where a new module is anyway.</summary>
    private static string DeviceOf(SyntaxNode argument)
    {
        var text = argument.ToString();
        if (argument is IdentifierNameSyntax)
        {
            var initializers = argument
                .SyntaxTree.GetRoot()
                .DescendantNodes()
                .OfType<VariableDeclaratorSyntax>()
                .Where(variable => variable.Identifier.ValueText == text)
                .Select(variable => variable.Initializer?.Value.ToString() ?? "?")
                .ToList();
            if (initializers.Count > 0 && initializers.All(IsCpu))
            {
                return "";
            }
        }

        return IsCpu(text) ? "" : text;
    }

    private static bool IsCpu(string text) =>
        text
            is "CPU"
                or "torch.CPU"
                or "DeviceType.CPU"
                or "\"cpu\""
                or "device(\"cpu\")"
                or "torch.device(\"cpu\")"
                or "torch.device(CPU)"
                or "torch.device(DeviceType.CPU)";

    private sealed record PlacementNote(string Device, string Type, string Parts, Location? Changed) : Note
    {
        public bool Equals(PlacementNote? other) =>
            other is not null && Device == other.Device && Type == other.Type && Parts == other.Parts;

        public override int GetHashCode() => (Device.GetHashCode() * 31 + Type.GetHashCode()) * 31 + Parts.GetHashCode();
    }
}
