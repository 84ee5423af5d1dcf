using FineTune.Analyzers.FT1012;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1012;

public sealed class CutBlockTests
{
    private const string Res = "Sequential(Linear(8, 8), new Res(), new Res(), ReLU())";

    [TestCase("[[|UnfreezeLast(20)|]]", "FineTune.Vision.Backbones.ResNet18()", TestName = "ResNet18")]
    [TestCase("[[|UnfreezeLast(4)|]]", "FineTune.Vision.Backbones.ResNet50()", TestName = "ResNet50")]
    [TestCase(
        "[[|UnfreezeLast(2, Unit = LayerUnit.Parameterized)|]]",
        "FineTune.Vision.Backbones.ResNet34()",
        TestName = "Layers_with_parameters")]
    [TestCase("[[|UnfreezeLast(2)|]]", Res, TestName = "A_block_of_ones_own")]
    [TestCase("[FineTuneLR(1e-5), [|UnfreezeLast(6)|]]", Res, TestName = "An_earlier_block")]
    public Task Flags(string attributes, string backbone) => Verify(attributes, backbone);

    [TestCase("[UnfreezeLast(19)]", "FineTune.Vision.Backbones.ResNet18()", TestName = "Between_two_blocks")]
    [TestCase("[UnfreezeLast(3, Unit = LayerUnit.Block)]", "FineTune.Vision.Backbones.ResNet18()", TestName = "Counted_in_blocks")]
    [TestCase("[UnfreezeLast(9)]", "FineTune.Vision.Backbones.Vgg16()", TestName = "No_residual_blocks")]
    [TestCase("[UnfreezeLast(3)]", "FineTune.Vision.Backbones.ResNet50()", TestName = "Only_a_layer_without_parameters")]
    [TestCase("[UnfreezeLast(9)]", "Load()", TestName = "Backbone_from_elsewhere")]
    [TestCase("[UnfreezeLast(4)]", Res, TestName = "Before_a_block_of_ones_own")]
    [TestCase("[UnfreezeLast(2)]", "Sequential(Linear(8, 8), new Plain(), ReLU())", TestName = "A_block_that_adds_nothing")]
    [TestCase("[UnfreezeLast(100)]", Res, TestName = "All_of_it")]
    public Task Is_silent(string attributes, string backbone) => Verify(attributes, backbone);

    [Test]
    public async Task Says_which_counts_keep_the_block_whole()
    {
        var diagnostic = (
            await AnalyzerVerifier.Diagnose(
                new CutBlockAnalyzer(),
                Source("[UnfreezeLast(20)]", "FineTune.Vision.Backbones.ResNet18()"))).Single();

        Assert.That(diagnostic.GetMessage(), Is.EqualTo(
            "[UnfreezeLast(20)] ends inside a residual block, which learns as a whole: 19 would leave it frozen, 26 unfreeze all of it"));
    }

    private static Task Verify(string attributes, string backbone) =>
        AnalyzerVerifier.Verify<CutBlockAnalyzer>(Source(attributes, backbone), "FT1012");

    private static string Source(string attributes, string backbone) =>
        $$"""
        namespace Demo;

        {{attributes}}
        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential body = {{backbone}};
            [Head] private readonly Linear top = Linear(8, 1);
            public Net() : base("net") => RegisterComponents();
            private static Sequential Load() => Sequential(Linear(1, 1));
            public override Tensor forward(Tensor x) => top.call(body.call(x));
        }

        public class Res : Module<Tensor, Tensor>
        {
            private readonly Linear one = Linear(8, 8);
            private readonly ReLU relu = ReLU();
            private readonly Linear two = Linear(8, 8);
            public Res() : base("res") => RegisterComponents();
            public override Tensor forward(Tensor x) => two.call(relu.call(one.call(x))) + x;
        }

        public class Plain : Module<Tensor, Tensor>
        {
            private readonly Linear one = Linear(8, 8);
            private readonly Linear two = Linear(8, 8);
            public Plain() : base("plain") => RegisterComponents();
            public override Tensor forward(Tensor x) => two.call(one.call(x));
        }
        """;
}
