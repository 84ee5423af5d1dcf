using FineTune.Analyzers.FT1002;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1002;

public sealed class NotAModuleTests
{
    [TestCase("partial class [|Net|] { [Backbone] private readonly Linear part = Linear(1, 1); }", TestName = "No_base_class")]
    [TestCase("[UnfreezeLast(3)] partial class [|Net|];", TestName = "Attribute_on_a_plain_class")]
    [TestCase("[FineTuneLR(1e-5)] partial class [|Net|] : List<int>;", TestName = "Another_base_class")]
    [TestCase(
        "partial class [|Net|] : IDisposable { [Head] public Linear Part { get; } = Linear(1, 1); public void Dispose() { } }",
        TestName = "Only_an_interface")]
    [TestCase(
        "class Plain; partial class [|Net|] : Plain { [Frozen] private readonly Linear part = Linear(1, 1); }",
        TestName = "Base_that_is_no_module")]
    public Task Flags(string source) => Verify(source);

    [TestCase(
        "partial class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Backbone] private readonly Linear part = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Module_of_tensors")]
    [TestCase(
        "partial class Net() : Module(\"net\") { [Head] private readonly Linear part = Linear(1, 1); }",
        TestName = "Module_without_types")]
    [TestCase(
        "abstract class Base() : Module<Tensor, Tensor>(\"base\"); abstract partial class Net : Base "
            + "{ [Head] private readonly Linear part = Linear(1, 1); }",
        TestName = "Module_further_up")]
    [TestCase("partial class Net { private readonly Linear part = Linear(1, 1); }", TestName = "No_attribute")]
    [TestCase("[Obsolete] partial class Net;", TestName = "Another_attribute")]
    public Task Is_silent(string source) => Verify(source);

    private static Task Verify(string source) => AnalyzerVerifier.Verify<NotAModuleAnalyzer>($"namespace Demo;\n{source}", "FT1002");
}
