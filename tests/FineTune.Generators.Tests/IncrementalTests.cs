using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Tests;

/// <summary>Why each step of the pipeline runs again after an edit: an editor runs it after every key.</summary>
public sealed class IncrementalTests
{
    private const string Source = Sources.CatsVsDogs;

    private static IEnumerable<TestCaseData> Edits()
    {
        yield return Edit("the same compilation", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached, same => same);
        yield return Edit("a clone", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached, before => before.Clone());
        yield return Edit("a fresh parse", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached, Replace(Source));
        yield return Edit("a comment above the class", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            Replace(Source.Replace("[FineTuneLR", "// moves everything down\n[FineTuneLR")));
        yield return Edit("a comment in a method", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            Replace(Source.Replace("head.call", "/* here */ head.call")));
        yield return Edit("an unrelated file", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            before => before.AddSyntaxTrees(Compilations.Parse("class Unrelated;", "Unrelated.cs")));
        yield return Edit("a member that is no part of the model", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            Replace(Source.Replace("public CatsVsDogs", "private int count;\n    public CatsVsDogs")));
        yield return Edit("a change that only a diagnostic sees", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            Replace(Source.Replace("private readonly Linear head", "private Linear head")));
        yield return Edit("an error elsewhere in the class", IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Cached,
            Replace(Source.Replace("public CatsVsDogs", "private Missing missing;\n    public CatsVsDogs")));
        yield return Edit("another rate", IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified,
            Replace(Source.Replace("1e-5", "1e-6")));
        yield return Edit("another name", IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified,
            Replace(Source.Replace("head", "classifier")));
    }

    [TestCaseSource(nameof(Edits))]
    public void Step_runs_for_the_reason_that_the_edit_gives(
        IncrementalStepRunReason parsed, IncrementalStepRunReason written, Func<CSharpCompilation, CSharpCompilation> edit)
    {
        var before = Compilations.Create(Source);
        var run = GeneratorRun.Over(before);
        run.Edit(edit(before));

        Assert.Multiple(() =>
        {
            // Nothing is left untracked, and every step that is named ran.
            Assert.That(TrackingNames.All, Is.SubsetOf(run.Result.Results[0].TrackedSteps.Keys));
            Assert.That(
                Reasons(run, TrackingNames.Parse).Where(reason => reason != IncrementalStepRunReason.Unchanged),
                Is.All.EqualTo(parsed));
            Assert.That(Reasons(run, TrackingNames.Parse), Does.Contain(parsed));
            Assert.That(Reasons(run, TrackingNames.Classes), Is.EqualTo([written]));
            Assert.That(OutputReasons(run), Is.EqualTo([written]));
        });
    }

    [Test]
    public void Edit_of_one_class_writes_one_file()
    {
        var before = Compilations.Create(Source, Source.Replace("CatsVsDogs", "Birds"));
        var run = GeneratorRun.Over(before);
        run.Edit(
            before.ReplaceSyntaxTree(
                before.SyntaxTrees[2],
                Compilations.Parse(before.SyntaxTrees[2].ToString().Replace("1e-5", "1e-6"), "Source1.cs")));

        Assert.That(OutputReasons(run), Is.EquivalentTo([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified]));
    }

    [Test]
    public void Class_without_its_attributes_loses_its_file()
    {
        var before = Compilations.Create(Source);
        var run = GeneratorRun.Over(before);
        run.Edit(Replace("class CatsVsDogs;")(before));

        Assert.That(run.Files, Is.Empty);
    }

    private static IncrementalStepRunReason[] Reasons(GeneratorRun run, string step) =>
        [.. run.Result.Results[0].TrackedSteps[step].SelectMany(tracked => tracked.Outputs).Select(output => output.Reason)];

    private static IncrementalStepRunReason[] OutputReasons(GeneratorRun run) =>
        [
            .. run
                .Result.Results[0]
                .TrackedOutputSteps.Values.SelectMany(steps => steps)
                .SelectMany(tracked => tracked.Outputs)
                .Select(output => output.Reason),
        ];

    private static TestCaseData Edit(
        string name, IncrementalStepRunReason parsed, IncrementalStepRunReason written, Func<CSharpCompilation, CSharpCompilation> edit) =>
        new TestCaseData(parsed, written, edit).SetArgDisplayNames(name);

    private static Func<CSharpCompilation, CSharpCompilation> Replace(string source) =>
        before => before.ReplaceSyntaxTree(before.SyntaxTrees[1], Compilations.Parse(source, "Source0.cs"));
}
