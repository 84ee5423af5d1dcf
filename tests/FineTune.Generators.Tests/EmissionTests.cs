using System.Runtime.CompilerServices;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Tests;

/// <summary>What is written, whole, and that it compiles where the user's code does.</summary>
public sealed class EmissionTests
{
    [Test]
    public void Cats_vs_dogs() => Verify(Sources.CatsVsDogs);

    [Test]
    public void Every_attribute() => Verify(Sources.EveryAttribute);

    [Test]
    public void Every_member() => Verify(Sources.EveryMember);

    [Test]
    public void Global_namespace() => Verify(Sources.GlobalNamespace);

    [Test]
    public void Nested_and_generic() => Verify(Sources.Nested);

    [Test]
    public void Escaped_identifiers() => Verify(Sources.Escaped);

    [Test]
    public void Taken_names() => Verify(Sources.TakenNames);

    [Test]
    public void Two_inputs() => Verify(Sources.TwoInputs);

    [Test]
    public void Tuple_of_outputs() => Verify(Sources.TupleOfOutputs);

    [Test]
    public void List_of_outputs() => Verify(Sources.ListOfOutputs);

    [Test]
    public void Input_of_another_kind() => Verify(Sources.InputOfAnotherKind);

    [Test]
    public void Backbone_of_ones_own() => Verify(Sources.OwnBackbone);

    [Test]
    public void Head_inside_a_backbone() => Verify(Sources.HeadInside);

    [Test]
    public void Base_class_without_attributes() => Verify(Sources.PlainBase);

    [Test]
    public void Base_class_with_attributes() => Verify(Sources.AnnotatedBase);

    [Test]
    public void Phases_by_attribute() => Verify(Sources.Phases);

    [Test]
    public void No_forward() => Verify(Sources.NoForward);

    [Test]
    public void Forward_of_many_statements() => Verify(Sources.Statements);

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Output_compiles_without_a_warning(string name)
    {
        var run = GeneratorRun.Over(Sources.All[name]);

        Assert.That(run.Files, Is.Not.Empty);
        Assert.That(
            run.Output.GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && !IsMissingDocumentationOf(run, diagnostic)),
            Is.Empty);
    }

    // What a project on .NET 8 is compiled as, unless it says otherwise.
    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Output_compiles_as_CSharp_12(string name)
    {
        var output = GeneratorRun.Over(Sources.All[name]).Output;
        var options = Compilations.ParseOptions.WithLanguageVersion(LanguageVersion.CSharp12);
        var older = output.RemoveAllSyntaxTrees().AddSyntaxTrees(output.SyntaxTrees.Select(tree =>
            CSharpSyntaxTree.ParseText(tree.GetText(), options, tree.FilePath)));

        Assert.That(older.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
    }

    // An analyzer calls these an error; what is written beside them must still compile, and promise nothing of them.
    [Test]
    public void Roles_of_what_is_no_module_are_not_listed()
    {
        var run = GeneratorRun.Over(
            """
            namespace Demo;
            public partial class Net : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Linear body = Linear(1, 1);
                [Head] private readonly Linear top = Linear(1, 1);
                [Head] private readonly System.Collections.Generic.List<Linear> heads = [];
                [Head] private readonly Linear[] more = [];
                [Head] private Linear Computed => top;
                [Frozen] private readonly Tensor mean = zeros(3);
                public Net() : base("net") => RegisterComponents();
                public override Tensor forward(Tensor x) => top.call(body.call(x)) - mean;
            }
            """);
        var text = run.Files.Single().SourceText.ToString();

        Assert.That(run.Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        Assert.That(text, Does.Contain("new(\"top\", global::FineTune.MemberRole.Head"));
        Assert.That(text, Does.Not.Contain("new(\"mean\", "));
        Assert.That(text, Does.Not.Contain("heads").And.Not.Contain("more\"").And.Not.Contain("Computed"));
        Assert.That(text, Does.Contain("Registration.Buffer(this, \"mean\""));
    }

    [Test]
    public void Every_approved_file_belongs_to_a_test() =>
        Assert.That(Snapshots.Orphans(Folder(), typeof(EmissionTests).Assembly), Is.Empty);

    // The samples document nothing; what is generated into them documents everything.
    private static bool IsMissingDocumentationOf(GeneratorRun run, Diagnostic diagnostic) =>
        diagnostic.Id == "CS1591" && run.Input.SyntaxTrees.Contains(diagnostic.Location.SourceTree);

    private static void Verify(string source) => Snapshots.Verify(GeneratorRun.Over(source).Result, Path.Combine(Folder(), "Snapshots"));

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
