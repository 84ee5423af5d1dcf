using FineTune.Analyzers.FT1005;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.FT1005;

public sealed class UnfreezeCountTests
{
    [TestCase("[[|UnfreezeLast(0)|]]", TestName = "None")]
    [TestCase("[[|UnfreezeLast(-3)|]]", TestName = "Fewer_than_none")]
    [TestCase("[[|UnfreezeFirst(0)|]]", TestName = "None_from_the_start")]
    [TestCase("[[|GradualUnfreeze(0)|]]", TestName = "No_epoch_for_a_block")]
    [TestCase("[FineTuneLR(1e-5), [|UnfreezeLast(Count, Unit = LayerUnit.Block)|]]", TestName = "A_constant")]
    public Task Flags(string attributes) => Verify(attributes);

    [TestCase("[UnfreezeLast(1)]", TestName = "One")]
    [TestCase("[UnfreezeLast(20, Unit = LayerUnit.Parameterized)]", TestName = "Twenty")]
    [TestCase("[UnfreezeFirst(2)]", TestName = "Two_from_the_start")]
    [TestCase("[GradualUnfreeze(1)]", TestName = "An_epoch_for_a_block")]
    [TestCase("[Own.UnfreezeLast(0)]", TestName = "An_attribute_of_ones_own")]
    public Task Is_silent(string attributes) => Verify(attributes);

    [TestCase("[[|UnfreezeLast(4)|]]", "Sequential(Linear(1, 1), ReLU(), Linear(1, 1))", TestName = "More_than_a_sequential_has")]
    [TestCase(
        "[[|UnfreezeLast(3, Unit = LayerUnit.Parameterized)|]]",
        "Sequential((\"one\", Linear(1, 1)), (\"relu\", ReLU()), (\"two\", Linear(1, 1)))",
        TestName = "More_with_parameters_than_it_has")]
    [TestCase(
        "[[|UnfreezeFirst(11, Unit = LayerUnit.Block)|]]",
        "FineTune.Vision.Backbones.ResNet18()",
        TestName = "More_blocks_than_a_known_backbone_has")]
    [TestCase(
        "[[|UnfreezeLast(6)|]]",
        "Sequential(Sequential(Conv2d(3, 3, 3), BatchNorm2d(3)), Flatten(), Linear(1, 1))",
        TestName = "More_than_nested_ones_have")]
    [TestCase("[[|UnfreezeLast(3)|]]", "Sequential(Linear(1, 1), new Part())", TestName = "More_than_with_a_class_of_ones_own")]
    [TestCase("[[|UnfreezeLast(3)|]]", "Layer", TestName = "A_single_layer")]
    public Task Flags_more_than_there_are(string attributes, string backbone) => Verify(attributes, backbone);

    [TestCase("[UnfreezeLast(3)]", "Sequential(Linear(1, 1), ReLU(), Linear(1, 1))", TestName = "Exactly_all")]
    [TestCase(
        "[UnfreezeLast(10, Unit = LayerUnit.Block)]",
        "FineTune.Vision.Backbones.ResNet18()",
        TestName = "Blocks_of_a_known_backbone")]
    [TestCase("[UnfreezeLast(50)]", "Load(\"backbone\")", TestName = "Backbone_from_elsewhere")]
    [TestCase("[UnfreezeLast(50)]", "Sequential(Parts)", TestName = "Parts_from_elsewhere")]
    [TestCase("[UnfreezeLast(50)]", "Sequential(Linear(1, 1), Load(\"more\"))", TestName = "One_part_from_elsewhere")]
    [TestCase("[UnfreezeLast(50)]", "FineTune.Vision.Backbones.ResNet([2, 2], 8)", TestName = "Backbone_of_any_depth")]
    [TestCase("[GradualUnfreeze(50)]", "Sequential(Linear(1, 1))", TestName = "Epochs_are_no_layers")]
    public Task Counts_only_what_is_in_sight(string attributes, string backbone) => Verify(attributes, backbone);

    [Test]
    public async Task Says_how_many_there_are()
    {
        var diagnostic = (
            await AnalyzerVerifier.Diagnose(
                new UnfreezeCountAnalyzer(),
                Source("[UnfreezeLast(20)]", "Sequential(Linear(1, 1), ReLU())"))).Single();

        Assert.That(
            diagnostic.GetMessage(),
            Is.EqualTo("[UnfreezeLast(20)] asks for more than the 2 layers that the backbone has, and unfreezes all of it"));
        Assert.That(diagnostic.Severity, Is.EqualTo(DiagnosticSeverity.Warning));
    }

    private static Task Verify(string attributes, string backbone = "Load(\"backbone\")") =>
        AnalyzerVerifier.Verify<UnfreezeCountAnalyzer>(Source(attributes, backbone), "FT1005");

    private static string Source(string attributes, string backbone) =>
        $$"""
            namespace Own { public sealed class UnfreezeLastAttribute(int count) : Attribute { public int Count => count; } }

            namespace Demo
            {
                {{attributes}}
                public partial class Net() : Module<Tensor, Tensor>("net")
                {
                    private const int Count = 0;
                    [Backbone] private readonly Module<Tensor, Tensor> body = {{backbone.Replace(
                "Layer",
                "Linear(1, 1)",
                StringComparison.Ordinal)}};
                    [Head] private readonly Linear top = Linear(1, 1);
                    private static (string, Module<Tensor, Tensor>)[] Parts => [];
                    private static Sequential Load(string name) => Sequential((name, Linear(1, 1)));
                    public override Tensor forward(Tensor x) => x;
                }

                public class Part : Module<Tensor, Tensor>
                {
                    private readonly Linear inner = Linear(1, 1);
                    public Part() : base("part") => RegisterComponents();
                    public override Tensor forward(Tensor x) => inner.call(x);
                }
            }
            """;
}
