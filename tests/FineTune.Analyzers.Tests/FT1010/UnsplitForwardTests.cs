using FineTune.Analyzers.FT1010;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1010;

/// <summary>The attribute is what the generator writes; that it writes it is among its own tests.</summary>
public sealed class UnsplitForwardTests
{
    private const string Attribute = "[UnsplitForward(\"'x.relu_()' changes a tensor in place\")]";

    private const string OfBackbone = "[UnsplitForward(\"'y + x' does not go on\", Backbone = \"encoder\")]";

    [TestCase(
        Attribute + " class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor [|forward|](Tensor x) => x; }",
        TestName = "One_input")]
    [TestCase(
        Attribute
            + " class Net() : Module<Tensor, Tensor, Tensor>(\"net\") { public override Tensor [|forward|](Tensor x, Tensor y) => x; }",
        TestName = "Two_inputs")]
    [TestCase(
        "partial class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor [|forward|](Tensor x) => x; } "
            + Attribute
            + " partial class Net;",
        TestName = "Attribute_on_another_part")]
    [TestCase(
        "class Outer { "
            + Attribute
            + " class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor [|forward|](Tensor x) { return x; } } }",
        TestName = "Nested_class")]
    [TestCase(
        Attribute + " class Net<T>() : Module<Tensor, T>(\"net\") where T : new() { public override T [|forward|](Tensor x) => new(); }",
        TestName = "Generic_class")]
    [TestCase(
        OfBackbone + " abstract class Net() : Module<Tensor, Tensor>(\"net\") { private Linear [|encoder|] = null!, other = null!; }",
        TestName = "Field_with_a_backbone")]
    [TestCase(
        OfBackbone + " abstract class Net() : Module<Tensor, Tensor>(\"net\") { public Linear [|encoder|] { get; } = null!; }",
        TestName = "Property_with_a_backbone")]
    public Task Flags(string source) => Verify(source);

    [TestCase(
        "class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor forward(Tensor x) => x; }",
        TestName = "No_attribute")]
    [TestCase(Attribute + " abstract class Net() : Module<Tensor, Tensor>(\"net\");", TestName = "No_forward")]
    [TestCase(
        Attribute
            + " class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor [|forward|](Tensor x) => x; } class Other : "
            + "Net { public override Tensor forward(Tensor x) => x; }",
        TestName = "Derived_class_with_a_forward_of_its_own")]
    [TestCase(Attribute + " class Net { public int forward(int x) => x; }", TestName = "No_override")]
    [TestCase(
        "[System.Obsolete(\"old\")] class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor forward(Tensor x) => x; }",
        TestName = "Another_attribute")]
    [TestCase(
        OfBackbone + " class Net() : Module<Tensor, Tensor>(\"net\") { public override Tensor forward(Tensor x) => x; }",
        TestName = "Forward_that_is_cut_before_or_after_a_backbone")]
    public Task Is_silent(string source) => Verify(source);

    private static Task Verify(string source) => AnalyzerVerifier.Verify<UnsplitForwardAnalyzer>($"namespace Demo;\n{source}", "FT1010");
}
