using FineTune.Analyzers.FT1003;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1003;

public sealed class MissingRoleTests
{
    private const string Base =
        "public abstract partial class Base() : Module<Tensor, Tensor>(\"base\") "
            + "{ [Backbone] protected readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }";

    [TestCase(
        "partial class [|Net|]() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Backbone] private readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "No_head")]
    [TestCase(
        "partial class [|Net|]() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Head] private readonly Linear top = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "No_backbone")]
    [TestCase(
        "[UnfreezeLast(3)] partial class [|[|Net|]|]() : Module<Tensor, Tensor>(\"net\") "
            + "{ private readonly Linear top = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Neither")]
    [TestCase(
        "partial class [|[|Net|]|]() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Frozen] private readonly Linear top = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Only_frozen")]
    [TestCase(
        Base + " partial class [|Net|] : Base { [Frozen] private readonly Linear top = Linear(1, 1); }",
        TestName = "Base_has_the_backbone_only")]
    public Task Flags(string source) => Verify(source);

    [TestCase(
        "partial class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Backbone] private readonly Linear body = Linear(1, 1); [Head] private readonly Linear top = Linear(1, 1); public "
            + "override Tensor forward(Tensor x) => x; }",
        TestName = "Both")]
    [TestCase(
        "partial class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Backbone, Head(\"fc\")] private readonly Sequential body = Sequential(); "
            + "public override Tensor forward(Tensor x) => x; }",
        TestName = "Head_inside_the_backbone")]
    [TestCase(
        Base + " partial class Net : Base { [Head] private readonly Linear top = Linear(1, 1); }",
        TestName = "Backbone_in_the_base_class")]
    [TestCase(Base, TestName = "Abstract_class")]
    [TestCase(
        "partial class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ [Backbone] public Linear Body { get; } = Linear(1, 1); [Head] public Linear Top { get; } = Linear(1, 1); public "
            + "override Tensor forward(Tensor x) => x; }",
        TestName = "Properties")]
    [TestCase(
        "class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ private readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "No_attribute_at_all")]
    public Task Is_silent(string source) => Verify(source);

    private static Task Verify(string source) => AnalyzerVerifier.Verify<MissingRoleAnalyzer>($"namespace Demo;\n{source}", "FT1003");
}
