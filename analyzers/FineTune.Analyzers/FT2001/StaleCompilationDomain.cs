using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.FT2001;

/// <summary>Finds the use of a compiled model whose model trains something else by now.</summary>
internal sealed class StaleCompilationDomain(FineTuneTypes types) : CompiledModelDomain(types)
{
    /// <summary>The properties of a diagnostic that its fix reads.</summary>
    public const string CompiledProperty = "compiled",
        ModelProperty = "model",
        ChangedProperty = "changed";

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) =>
        Stale(call, subject, path.NameOf(subject), path);

    protected override bool CanBeWrong(CompileEffects reach) =>
        Has(reach, CompileEffects.Compiles | CompileEffects.UsesCompiled)
        && HasAny(reach, CompileEffects.ChangesTrainability);

    protected override void Use(Call call, Reference compiled)
    {
        var path = call.Path;
        if (IsStale(compiled, path) != true)
        {
            return;
        }

        if (!ExpectsStale(call.Operation.Syntax))
        {
            path.Report(Stale(call.Operation, compiled, NameOf(call, compiled), path));
        }

        // What trains throws; what only evaluates goes on, with numbers of a model that is no longer the one compiled.
        if (call.Method.Name != "Evaluate")
        {
            path.MayThrow(Types.StaleCompilationException);
            path.End();
        }
    }

    private static Finding Stale(IOperation at, Reference compiled, string? name, FlowPath path)
    {
        var fact = path.Fact<CompiledFact>(compiled)!;
        var link = path[compiled].Fields.Find(ModelLink(path))!;
        var model = path.Fact<ModelFact>(link)!;
        var file = at.Syntax.SyntaxTree;
        var sites = new[] { fact.Compiled, model.Changed }.OfType<Location>().ToImmutableArray();
        var properties = ImmutableDictionary<string, string?>
            .Empty.Add(CompiledProperty, name)
            .Add(ModelProperty, path.NameOf(link))
            .Add(ChangedProperty, model.Changed is { } changed && changed.SourceTree == file ? changed.SourceSpan.Start.ToString() : null);
        return new(
            StaleCompilationAnalyzer.Rule,
            at,
            compiled.Id,
            [name ?? "the compiled model", Lines.Of(fact.Compiled, file), Lines.Of(model.Changed, file)],
            sites,
            properties);
    }

    /// <summary>Whether the use stands in a <c>try</c> that catches exactly what a stale use throws.</summary>
    private static bool ExpectsStale(SyntaxNode use) =>
        use.Ancestors()
            .OfType<TryStatementSyntax>()
            .Any(statement =>
                statement.Block.Span.Contains(use.Span)
                && statement.Catches.Any(handler =>
                    handler.Declaration?.Type.ToString().EndsWith("StaleCompilationException", StringComparison.Ordinal) == true));
}
