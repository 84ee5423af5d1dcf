using FineTune.Testing;

namespace FineTune.Generators.Tests;

/// <summary>What is remembered of a class from edit to edit is what would be read of it anew.</summary>
public sealed class ParsedClassesTests
{
    /// <summary>
    /// Files of one project, each in versions that differ in something that matters to another file, or in nothing that does.
    /// </summary>
    private static readonly string[][] Files =
    [
        // The model: its body, an attribute, a part of it in another file.
        [
            Model("1e-5", "head.call(Start(backbone.call(x)))"),
            Model("1e-5", "head.call(Start(backbone.call(x)).Halved())"),
            Model("Rates.FineTuning", "head.call(Start(backbone.call(x)))"),
            Model("1e-6", "Rates.Scale(head.call(backbone.call(x)))"),
        ],

        // Its base: a body that the split looks into, an attribute that is inherited, members, what may be null.
        [
            Base("[FineTuneLR(1e-3)]", "x + 1"),
            Base("[FineTuneLR(1e-4)]", "x + 1"),
            Base("", "drift.call(x)"),
            "#nullable disable\n" + Base("", "x"),
            "#nullable enable\n" + Base("", "x") + "\n#nullable disable",
            Base("", "x").Replace("Linear drift", "Linear? drift"),
        ],

        // Constants and functions that both use.
        [
            Rates("1e-5", "x", ""),
            Rates("2e-5", "x", ""),
            Rates("1e-5", "x * 2", ""),
            Rates("1e-5", "x", "public static Tensor Halved(this Tensor x) => x / 2;"),
            Rates("1e-5", "x", "public static Tensor Halved(this Tensor x) { return x * 0.5; }"),
            "#nullable disable\n" + Rates("1e-5", "x", ""),
        ],

        // A part of the model in a file of its own, and another model.
        [
            "namespace Demo; partial class Model { [Head] private readonly Linear second = Linear(8, 1); }",
            "namespace Demo; partial class Model { private readonly Linear second = Linear(8, 1); }",
            "namespace Demo; class Model2 { private int count = 1; void Do() { count = 1; } }",
            "namespace Demo; class Model2 { private int count = 2; void Do() { count++; } }",
        ],

        // A backbone whose body the split looks into, and a model that has it.
        [
            Encoder("last.call(first.call(x))"),
            Encoder("last.call(first.call(x).relu())"),
            Encoder("last.call(first.call(x)) + first.call(x)"),
        ],
        [
            "namespace Demo; public sealed partial class Encoding : Module<Tensor, Tensor> "
                + "{ [Backbone] private readonly Encoder encoder = new(); [Head] private readonly Linear head = Linear(8, 1); }",
        ],

        // A module that writes into its input or does not, made by another, made by a model.
        [Clip("relu(x, true)"), Clip("relu(x)"), Clip("relu(x + 1)")],
        [Holder("new Clip()"), Holder("Linear(8, 8)"), Holder("Sequential(Linear(8, 8), new Clip())")],
        [
            """
            namespace Demo;

            public sealed partial class Clipped : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Linear encoder = Linear(8, 8);
                [Frozen] private readonly Linear teacher = Linear(8, 8);
                [Head] private readonly Module<Tensor, Tensor> head = Sequential(new Holder(), Linear(8, 8));

                public Clipped() : base("clipped") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var features = encoder.call(x);
                    return head.call(features) + teacher.call(features);
                }
            }
            """,
        ],

        // Names: aliases, and types that stand in the way of others.
        [
            "",
            "global using Pretrained = FineTune.BackboneAttribute;",
            "global using Pretrained = FineTune.HeadAttribute;",
            "namespace Demo; class Linear;",
            "namespace Demo; class model;",
        ],
        [
            "namespace Demo; [Obsolete] public sealed partial class Aliased : Module<Tensor, Tensor> "
                + "{ [Pretrained] private readonly Sequential net = Sequential(); }",
            "namespace Demo; public sealed partial class Aliased : Module<Tensor, Tensor> "
                + "{ [Backbone] private readonly Sequential net = Sequential(); }",
        ],
    ];

    [TestCase(80)]
    [TestCase(200, Category = "Slow")]
    public void Edits_in_any_order_give_the_files_that_a_fresh_start_gives(int edits)
    {
        var random = new Random(1);
        var versions = Files.Select(static versions => versions[0]).ToArray();
        var project = Compilations.Create(versions);
        var edited = GeneratorRun.Over(project);
        var seen = new HashSet<string>();

        for (var edit = 0; edit < edits; edit++)
        {
            var file = random.Next(Files.Length);
            versions[file] = Files[file][random.Next(Files[file].Length)];
            var path = $"Source{file}.cs";
            project = project.ReplaceSyntaxTree(
                project.SyntaxTrees.Single(tree => tree.FilePath == path),
                Compilations.Parse(versions[file], path));
            edited.Edit(project);

            var fresh = Written(GeneratorRun.Over(Compilations.Create(versions)));
            Assert.That(Written(edited), Is.EqualTo(fresh), $"after edit {edit}, of {path}");
            seen.Add(string.Concat(fresh));
        }

        Assert.That(seen, Has.Count.GreaterThan(20), "the versions are to differ in what is written");
    }

    [Test]
    public void Projects_that_share_files_and_differ_in_others_do_not_answer_for_each_other()
    {
        var model = Compilations.Parse(Model("Rates.FineTuning", "head.call(backbone.call(x))"), "Source0.cs");
        string[] rates = [Rates("1e-5", "x", ""), Rates("2e-5", "x", "")];
        var projects = rates.Select(source => Compilations.Create(Files[1][0], source).AddSyntaxTrees(model)).ToList();

        for (var round = 0; round < 2; round++)
        {
            Assert.That(Written(GeneratorRun.Over(projects[0])).Single(), Does.Contain("FineTuneRate: 1e-5"));
            Assert.That(Written(GeneratorRun.Over(projects[1])).Single(), Does.Contain("FineTuneRate: 2e-5"));
        }
    }

    private static string[] Written(GeneratorRun run) => [.. run.Files.Select(file => file.HintName + "\n" + file.SourceText).Order()];

    private static string Model(string rate, string result) =>
        $$"""
        namespace Demo;

        [FineTuneLR({{rate}})]
        public sealed partial class Model : Stem
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            [Head] private readonly Linear head = Linear(8, 1);

            public Model() : base("model") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var result = {{result}};
                return result;
            }
        }
        """;

    private static string Base(string attribute, string result) =>
        $$"""
        namespace Demo;

        {{attribute}}
        public abstract class Stem : Module<Tensor, Tensor>
        {
            protected readonly Linear drift = Linear(8, 8);

            protected Stem(string name) : base(name) { }

            protected Tensor Start(Tensor x) => {{result}};
        }
        """;

    private static string Encoder(string result) =>
        $$"""
        namespace Demo;

        public sealed class Encoder : Module<Tensor, Tensor>
        {
            private readonly Linear first = Linear(8, 8), last = Linear(8, 8);

            public Encoder() : base("encoder") => RegisterComponents();

            public override Tensor forward(Tensor x) => {{result}};
        }
        """;

    private static string Clip(string result) => Chained("Clip", "Linear(1, 1)", $"torch.nn.functional.{result}");

    private static string Holder(string made) => Chained("Holder", made, "inner.call(x)");

    private static string Chained(string name, string inner, string result) =>
        $$"""
        namespace Demo;

        public sealed class {{name}} : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> inner = {{inner}};

            public {{name}}() : base("{{name}}") => RegisterComponents();

            public override Tensor forward(Tensor x) => {{result}};
        }
        """;

    private static string Rates(string rate, string scaled, string more) =>
        $$"""
        namespace Demo;

        public static class Rates
        {
            public const double FineTuning = {{rate}};

            public static Tensor Scale(Tensor x) => {{scaled}};
            {{more}}
        }
        """;
}
