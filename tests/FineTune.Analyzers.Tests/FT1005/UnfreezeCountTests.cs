using FineTune.Analyzers.FT1005;
using FineTune.Testing;

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

    private static Task Verify(string attributes) =>
        AnalyzerVerifier.Verify<UnfreezeCountAnalyzer>(
            $$"""
            namespace Own { public sealed class UnfreezeLastAttribute(int count) : Attribute { public int Count => count; } }

            namespace Demo
            {
                {{attributes}}
                public partial class Net() : Module<Tensor, Tensor>("net")
                {
                    private const int Count = 0;
                    [Backbone] private readonly Linear body = Linear(1, 1);
                    [Head] private readonly Linear top = Linear(1, 1);
                    public override Tensor forward(Tensor x) => x;
                }
            }
            """,
            "FT1005");
}
