using FineTune.Analyzers.FT1001;
using FineTune.CodeFixes.FT1001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1001;

public sealed class NotPartialTests
{
    [TestCase(
        "public sealed class [|Net|] : Base { [Backbone] private readonly Linear part = Linear(1, 1); }",
        TestName = "Field_with_a_role")]
    [TestCase("[UnfreezeLast(3)] public sealed class [|Net|] : Base;", TestName = "Attribute_on_the_class")]
    [TestCase("class [|Net|] : Base { [Head] public Linear Part { get; } = Linear(1, 1); }", TestName = "Property_with_a_role")]
    [TestCase(
        "class [|Outer|] { partial class Net : Base { [Frozen] private readonly Linear part = Linear(1, 1); } }",
        TestName = "Type_around_it")]
    [TestCase("class [|Outer|] { class [|Net|] : Base { [Frozen] private readonly Linear part = Linear(1, 1); } }", TestName = "Both")]
    [TestCase(
        "struct [|Outer|] { partial class Middle { [FineTuneLR(1e-5)] partial class Net : Base; } }",
        TestName = "Two_types_around_it")]
    public Task Flags(string source) => Verify(source);

    [TestCase("public sealed partial class Net : Base { [Backbone] private readonly Linear part = Linear(1, 1); }", TestName = "Partial")]
    [TestCase("public sealed class Net : Base { private readonly Linear part = Linear(1, 1); }", TestName = "No_attribute")]
    [TestCase(
        "partial class Outer { partial class Net : Base { [Head] private readonly Linear part = Linear(1, 1); } }",
        TestName = "Partial_all_the_way")]
    [TestCase(
        "partial class Net : Base { [Obsolete] private readonly Linear part = Linear(1, 1); class Inner; }",
        TestName = "Another_attribute_and_a_type_within")]
    [TestCase("class Outer { [Obsolete] class Net : Base; }", TestName = "Another_attribute_on_the_class")]
    public Task Is_silent(string source) => Verify(source);

    [TestCase(
        "public sealed class Net : Base { [Head] private readonly Linear part = Linear(1, 1); }",
        "public sealed partial class Net : Base { [Head] private readonly Linear part = Linear(1, 1); }")]
    [TestCase(
        "class Outer { class Net : Base { [Head] private readonly Linear part = Linear(1, 1); } }",
        "partial class Outer { partial class Net : Base { [Head] private readonly Linear part = Linear(1, 1); } }")]
    public Task Adds_partial(string before, string after) =>
        CodeFixVerifier.Verify<NotPartialAnalyzer, AddPartialCodeFix>(Source(before), Source(after));

    private static Task Verify(string source) => AnalyzerVerifier.Verify<NotPartialAnalyzer>(Source(source), "FT1001");

    private static string Source(string type) =>
        $$"""
        namespace Demo;
        public abstract class Base() : Module<Tensor, Tensor>("base")
        {
            public override Tensor forward(Tensor x) => x;
        }

        {{type}}
        """;
}
