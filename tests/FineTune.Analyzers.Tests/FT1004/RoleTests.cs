using FineTune.Analyzers.FT1004;
using FineTune.CodeFixes.FT1004;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1004;

public sealed class RoleTests
{
    [TestCase("private readonly Linear [|extra|] = Linear(1, 1);", TestName = "Field")]
    [TestCase("public Sequential [|Extra|] { get; } = Sequential(Linear(1, 1));", TestName = "Property")]
    [TestCase("private Module<Tensor, Tensor>? [|extra|];", TestName = "Any_module")]
    [TestCase("private readonly Linear [|one|] = Linear(1, 1), [|two|] = Linear(1, 1);", TestName = "Two_in_one_declaration")]
    [TestCase("[FineTuneLR(1e-5)] private readonly Conv2d [|extra|] = Conv2d(1, 1, 1);", TestName = "Rate_but_no_role")]
    [TestCase("[Backbone, Head] private readonly Linear [|extra|] = Linear(1, 1);", TestName = "Backbone_and_head")]
    [TestCase("[Head(\"fc\")] private readonly Linear [|extra|] = Linear(1, 1);", TestName = "Part_of_what_is_no_backbone")]
    [TestCase("[Backbone, Head(\"fc\"), Frozen] private readonly Linear [|extra|] = Linear(1, 1);", TestName = "Part_and_frozen")]
    [TestCase("[Head] [Frozen] private readonly Linear [|extra|] = Linear(1, 1);", TestName = "Head_and_frozen")]
    [TestCase("private readonly ModuleList<Linear> [|extra|] = ModuleList(Linear(1, 1));", TestName = "List_of_modules")]
    [TestCase(
        "private readonly Gate [|extra|] = new(); private sealed class Gate() : Module<Tensor, Tensor>(\"gate\") "
            + "{ private readonly Linear inner = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Class_that_has_a_layer")]
    [TestCase(
        "private readonly Gate [|extra|] = new(); private sealed class Gate : Module<Tensor, Tensor> "
            + "{ public Gate() : base(\"gate\") => register_parameter(\"weight\", null!); public override Tensor forward(Tensor x) => x; }",
        TestName = "Class_that_registers_a_parameter")]
    public Task Flags(string member) => Verify(member);

    [TestCase("[Frozen] private readonly Linear extra = Linear(1, 1);", TestName = "One_role")]
    [TestCase("[Backbone, Head(\"fc\")] private readonly Sequential extra = Sequential();", TestName = "Head_inside_a_backbone")]
    [TestCase("private readonly Dropout extra = Dropout(0.5);", TestName = "Layer_without_parameters")]
    [TestCase("private Linear Same => body;", TestName = "Property_that_computes")]
    [TestCase("private readonly int extra = 3; private readonly Tensor mean = zeros(3);", TestName = "No_module")]
    [TestCase(
        "private sealed class Part() : Module<Tensor, Tensor>(\"part\") "
            + "{ private readonly Linear inner = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Class_without_attributes")]
    [TestCase(
        "private readonly Swish extra = new(1.5); private sealed class Swish(double beta) : Module<Tensor, Tensor>(\"swish\") "
            + "{ private readonly double beta = beta; public override Tensor forward(Tensor x) => x * sigmoid(x * beta); }",
        TestName = "Class_without_parameters")]
    [TestCase("private static readonly Linear shared = Linear(1, 1);", TestName = "Static_which_FT1008_tells")]
    public Task Is_silent(string member) => Verify(member);

    [TestCase("private readonly Linear extra = Linear(1, 1);", "[Head] private readonly Linear extra = Linear(1, 1);")]
    [TestCase(
        "/// <summary>More.</summary>\n    public Linear Extra { get; } = Linear(1, 1);",
        "/// <summary>More.</summary>\n    [Head] public Linear Extra { get; } = Linear(1, 1);")]
    [TestCase(
        "[FineTuneLR(1e-5)] private readonly Linear extra = Linear(1, 1); Linear more = Linear(1, 1);",
        "[Head] [FineTuneLR(1e-5)] private readonly Linear extra = Linear(1, 1); [Head] Linear more = Linear(1, 1);")]
    public Task Marks_it(string before, string after) =>
        CodeFixVerifier.Verify<RoleAnalyzer, AddRoleCodeFix>(Source(before), Source(after));

    [TestCase("[Head, Frozen] private readonly Linear extra = Linear(1, 1);")]
    [TestCase("private readonly Linear one = Linear(1, 1), two = Linear(1, 1);")]
    public Task Leaves_the_choice(string member) => CodeFixVerifier.VerifyNoFix<RoleAnalyzer, AddRoleCodeFix>(Source(member));

    private static Task Verify(string member) => AnalyzerVerifier.Verify<RoleAnalyzer>(Source(member), "FT1004");

    private static string Source(string member) =>
        $$"""
        namespace Demo;

        public partial class Net() : Module<Tensor, Tensor>("net")
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private readonly Linear top = Linear(1, 1);
            {{member}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
