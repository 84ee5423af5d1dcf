using FineTune.Analyzers.FT2008;
using FineTune.CodeFixes.FT2008;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Analyzers.Tests.FT2008;

public sealed class ActivatedHeadTests
{
    private const string Forward = "public override Tensor forward(Tensor x) => head.call(backbone.call(x));";
    private const string Categorical = "model.Compile(Optimizers.Adam(), [|Losses.CategoricalCrossEntropy()|]);";

    [TestCase("Sequential(Linear(8, 2), Softmax(1))", Forward, Categorical, TestName = "Softmax")]
    [TestCase("Sequential((\"fc\", Linear(8, 2)), (\"out\", LogSoftmax(1)))", Forward, Categorical, TestName = "LogSoftmax_with_a_name")]
    [TestCase(
        "Sequential(Linear(8, 1), Sigmoid())",
        Forward,
        "var smooth = Losses.BinaryCrossEntropyWithLogits(0.1); model.Compile(Optimizers.Adam(), [|smooth|], Metrics.BinaryAccuracy());",
        TestName = "Sigmoid_and_a_loss_in_a_variable")]
    [TestCase("Sequential(Linear(8, 2), Softmax(1))", "", Categorical, TestName = "Forward_pass_that_the_generator_writes")]
    [TestCase(
        "Sequential(Linear(8, 2))",
        "public override Tensor forward(Tensor x) { x = backbone.call(x); x = head.call(x); return functional.softmax(x, 1); }",
        Categorical,
        TestName = "In_the_forward_pass")]
    [TestCase(
        "Sequential(Linear(8, 2), Softmax(1))",
        Forward,
        "CompiledModel.Compile(model, Optimizers.Adam(), [|Losses.CategoricalCrossEntropy()|], []);",
        TestName = "Compiled_by_hand")]
    [TestCase(
        "Sequential(Linear(8, 2), Softmax(1))",
        Forward,
        "[|model.FineTune(train, train)|];",
        TestName = "Loss_left_to_the_recipe")]
    [TestCase(
        "Sequential(Linear(8, 1), Sigmoid())",
        Forward,
        "model.FineTune(train, train, new() { Patience = 3, Loss = [|Losses.BinaryCrossEntropyWithLogits()|] });",
        TestName = "Loss_of_the_recipe")]
    public Task Flags(string head, string members, string body) => Verify(head, members, body);

    [TestCase(
        "Sequential(Linear(8, 2))",
        Forward,
        "model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());",
        TestName = "Logits")]
    [TestCase(
        "Sequential(Linear(8, 1), Sigmoid())",
        Forward,
        "model.Compile(Optimizers.Adam(), Losses.MeanSquaredError());",
        TestName = "Squared_error")]
    [TestCase("Sequential(Linear(8, 1), Sigmoid())", Forward, "model.FineTune(train, train);", TestName = "Recipe_that_may_take_squares")]
    [TestCase(
        "Sequential(Linear(8, 2), Softmax(1))",
        Forward,
        "model.FineTune(train, train, options);",
        TestName = "Options_from_elsewhere")]
    [TestCase("Sequential(Linear(8, 2), Softmax(1))", Forward, "model.Compile(Optimizers.Adam(), loss);", TestName = "Loss_from_elsewhere")]
    [TestCase(
        "Sequential(Linear(8, 2), Softmax(1))",
        Forward,
        "model.Compile(Optimizers.Adam(), new Own());",
        TestName = "A_loss_of_ones_own")]
    [TestCase(
        "Sequential(Linear(8, 2), Softmax(1))",
        "public override Tensor forward(Tensor x) => head.call(backbone.call(x)).log();",
        "model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());",
        TestName = "Something_is_done_with_it")]
    [TestCase(
        "Make()",
        Forward + " private static Sequential Make() => Sequential(Linear(8, 2));",
        "model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());",
        TestName = "Head_from_elsewhere")]
    public Task Is_silent(string head, string members, string body) => Verify(head, members, body);

    [TestCase("Sequential(Linear(8, 2), Softmax(1))", "Sequential(Linear(8, 2))")]
    [TestCase(
        "Sequential((\"fc\", Linear(8, 2)), (\"out\", LogSoftmax(1)))",
        "Sequential((\"fc\", Linear(8, 2)))")]
    public Task Takes_the_last_layer_away(string before, string after)
    {
        var body = Categorical.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        return CodeFixVerifier.Verify<ActivatedHeadAnalyzer, WithoutActivationCodeFix>(
            Source(before, Forward, body),
            Source(after, Forward, body));
    }

    [TestCase("Sequential(Softmax(1))", Forward, TestName = "The_only_layer")]
    [TestCase(
        "Sequential(Linear(8, 2))",
        "public override Tensor forward(Tensor x) => head.call(backbone.call(x)).softmax(1);",
        TestName = "No_layer")]
    public Task Leaves_what_has_no_one_edit(string head, string members) =>
        CodeFixVerifier.VerifyNoFix<ActivatedHeadAnalyzer, WithoutActivationCodeFix>(
            Source(head, members, "model.Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());"));

    [TestCase("", TestName = "With_a_forward_pass_of_the_generator")]
    [TestCase(Forward, TestName = "With_a_forward_pass_of_ones_own")]
    public async Task Flags_a_class_that_the_generator_completes(string forward)
    {
        var input = Compilations.Create(
            $$"""
            namespace Demo;
            public sealed partial class Net : Module<Tensor, Tensor>
            {
                [Backbone] private readonly Sequential backbone = Sequential(Linear(4, 8), ReLU());
                [Head] private readonly Sequential head = Sequential(Linear(8, 2), Softmax(1));
                public Net() : base("net") => RegisterComponents();
                {{forward}}
            }

            public static class Program
            {
                public static void Run() => new Net().Compile(Optimizers.Adam(), Losses.CategoricalCrossEntropy());
            }
            """);
        CSharpGeneratorDriver
            .Create([new Generators.FineTuneGenerator().AsSourceGenerator()], parseOptions: Compilations.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(input, out var whole, out _);

        Assert.That(AnalyzerVerifier.Errors(whole), Is.Empty);
        Assert.That(
            (await AnalyzerVerifier.Diagnose(whole, new ActivatedHeadAnalyzer())).Select(diagnostic => diagnostic.Id),
            Is.EqualTo(new[] { "FT2008" }));
    }

    private static Task Verify(string head, string members, string body) =>
        AnalyzerVerifier.Verify<ActivatedHeadAnalyzer>(Source(head, members, body), "FT2008");

    private static string Source(string head, string members, string body) =>
        $$"""
        using FineTune.Data;
        namespace Demo;

        public {{(members.Length == 0 ? "abstract" : "sealed")}} class Net : Module<Tensor, Tensor>, IFineTunable
        {
            [Backbone] private readonly Sequential backbone = Sequential(Linear(4, 8), ReLU());
            [Head] private readonly Sequential head = {{head}};
            public Net() : base("net") => RegisterComponents();
            {{members}}
            public CompiledModel Compile(OptimizerConfig optimizer, FineTune.Loss loss, params Metric[] metrics) => null!;
            public Manifest Manifest => null!;
            public Phase Phase => default;
            public LayerList Layers => null!;
            public bool IsBackboneFrozen => true;
            public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => [];
            public void EnterPhase(Phase phase) { }
            public void FreezeBackbone() { }
            public void UnfreezeBackbone() { }
            public void UnfreezeLast(int count = 20, LayerUnit unit = LayerUnit.Layer) { }
        }

        public sealed class Own() : FineTune.Loss("own")
        {
            public override Tensor PerSample(Tensor output, Tensor target) => output;
        }

        public static class Program
        {
            public static void Run(Net model, IDataset train, FineTuneOptions options, FineTune.Loss loss)
            {
                {{body}}
            }
        }
        """;
}
