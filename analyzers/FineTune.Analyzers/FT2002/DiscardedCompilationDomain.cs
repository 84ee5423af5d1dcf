using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.FT2002;

/// <summary>
/// Notes on a model what was compiled of it last and thrown away, and on a compiled model what had been when it was
/// compiled: where the two differ, a use is one of the old.
/// </summary>
internal sealed class DiscardedCompilationDomain(FineTuneTypes types) : CompiledModelDomain(types)
{
    /// <summary>The property of a diagnostic that its fix reads: the variable that should have been assigned.</summary>
    public const string CompiledProperty = "compiled";

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) =>
        DiscardedSince(subject, path) is { } discarded
            ? Report(discarded, call, subject, path.NameOf(subject), path)
            : inner with
            {
                At = call,
                Subject = subject.Id,
            };

    protected override bool CanBeWrong(CompileEffects reach) => Has(reach, CompileEffects.DiscardsCompiled | CompileEffects.UsesCompiled);

    protected override void Compiled(Call call, Reference compiled, Reference model)
    {
        var path = call.Path;
        if (CompileSurvey.IsDiscarded(call.Operation.Syntax))
        {
            path.WriteField(model, Discarded(path), new Constant(call.Operation));
        }
        else if (path[model].Fields.Find(Discarded(path)) is { } before)
        {
            path.WriteField(compiled, Discarded(path), before);
        }
    }

    protected override void Use(Call call, Reference compiled)
    {
        var path = call.Path;
        if (DiscardedSince(compiled, path) is not { } discarded)
        {
            return;
        }

        path.Report(Report(discarded, call.Operation, compiled, NameOf(call, compiled), path));
        path.WriteField(compiled, Discarded(path), new Constant(discarded));
    }

    /// <summary>What was compiled of the model and thrown away, after this was compiled.</summary>
    private static IOperation? DiscardedSince(Reference compiled, FlowPath path) =>
        path[compiled].Fields.Find(ModelLink(path)) is Reference model
        && path[model].Fields.Find(Discarded(path)) is Constant { Content: IOperation discarded } now
        && !now.Equals(path[compiled].Fields.Find(Discarded(path)))
            ? discarded
            : null;

    private static Finding Report(IOperation discarded, IOperation use, Reference compiled, string? name, FlowPath path)
    {
        var isHere =
            discarded.Syntax.SyntaxTree == use.Syntax.SyntaxTree
            && ReferenceEquals(EnclosingMember.Of(discarded.Syntax), EnclosingMember.Of(use.Syntax));
        var at = isHere ? discarded : use;
        var file = at.Syntax.SyntaxTree;
        var compiledAt = path.Fact<CompiledFact>(compiled)!.Compiled;
        var used = use.Syntax.GetLocation();
        return new(
            DiscardedCompilationAnalyzer.Rule, at, compiled.Id,
            [name ?? "the old compiled model", Lines.Of(compiledAt, file), Lines.Of(used, file)],
            [.. new[] { compiledAt, used }.OfType<Location>()],
            ImmutableDictionary<string, string?>.Empty.Add(CompiledProperty, isHere ? name : null));
    }

    private static int Discarded(FlowPath path) => path.Slots.Named("last compilation thrown away");
}
