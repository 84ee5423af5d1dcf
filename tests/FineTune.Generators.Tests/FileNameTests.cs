namespace FineTune.Generators.Tests;

/// <summary>A file for each annotated class, under a name that no other has.</summary>
public sealed class FileNameTests
{
    [Test]
    public void Several_fields_under_one_attribute_are_one_class() =>
        Assert.That(
            Files("[Backbone] private readonly Sequential first = Sequential(), second = Sequential();"),
            Is.EqualTo(new[] { "Demo.Model.g.cs" }));

    [Test]
    public void Classes_whose_names_differ_in_case_alone_have_a_file_each() =>
        Assert.That(
            Files(Member, "namespace Demo;" + Class("MODEL", Member), "namespace DEMO;" + Class("Model", Member)),
            Is.EquivalentTo(
                new[] { "Demo.MODEL.g.cs", "Demo.Model-2.g.cs", "DEMO.Model.g.cs" }.Select(name =>
                    name.Replace("Demo.", "Demo-2.", StringComparison.Ordinal))));

    [Test]
    public void Classes_that_differ_in_their_type_parameters_have_a_file_each() =>
        Assert.That(
            Files(Member, "namespace Demo;" + Class("Model<T>", Member)),
            Is.EqualTo(new[] { "Demo.Model.g.cs", "Demo.Model`1.g.cs" }));

    private const string Member = "[Backbone] private readonly Sequential backbone = Sequential();";

    private static string[] Files(string member, params string[] more)
    {
        var run = GeneratorRun.Over(["namespace Demo;" + Class("Model", member), .. more]);
        Assert.That(run.Diagnostics, Is.Empty);
        return [.. run.Files.Select(file => file.HintName).Order(StringComparer.Ordinal)];
    }

    private static string Class(string name, string member) =>
        $$"""
        public sealed partial class {{name}} : Module<Tensor, Tensor>
        {
            {{member}}
            [Head] private readonly Linear head = Linear(8, 1);
            public {{name.Split('<')[0]}}() : base("model") => RegisterComponents();
            public override Tensor forward(Tensor x) => head.call(x);
        }
        """;
}
