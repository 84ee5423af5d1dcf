using FineTune.Analyzers.FT1007;
using FineTune.CodeFixes.FT1007;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1007;

public sealed class RegistrationTests
{
    [TestCase("public [|Net|]() : base(\"net\") { }", TestName = "Empty_constructor")]
    [TestCase("public [|Net|]() : base(\"net\") { top.bias = null; eval(); }", TestName = "Constructor_that_does_other_things")]
    [TestCase(
        "public Net() : base(\"net\") { RegisterComponents(); } public [|Net|](int wide) : base(\"net\") { Wide = wide; } public int "
            + "Wide { get; }",
        TestName = "One_of_two_constructors")]
    [TestCase("public [|Net|]() : base(\"net\") { } public [|Net|](int wide) : this() { }", TestName = "Delegates_to_one_that_does_not")]
    [TestCase("public [|Net|]() : base(\"net\") => Build(); private void Build() { }", TestName = "Through_a_method_that_does_not")]
    [TestCase(
        "public [|Net|]() : base(\"net\") { } protected override void RegisterComponents() => base.RegisterComponents();",
        TestName = "An_override_is_no_call")]
    public Task Flags(string members) => Verify(members);

    [Test]
    public Task Flags_a_primary_constructor() =>
        AnalyzerVerifier.Verify<RegistrationAnalyzer>(
            "partial class [|Net|]() : Module<Tensor, Tensor>(\"net\") "
                + "{ [Backbone] private readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
            "FT1007");

    [TestCase("public Net() : base(\"net\") => RegisterComponents();", TestName = "Registers")]
    [TestCase("public Net() : base(\"net\") { RegisterComponents(); } public Net(int wide) : this() { }", TestName = "Delegates")]
    [TestCase(
        "public Net() : base(\"net\") => Build(); private void Build() { if (top is not null) RegisterComponents(); }",
        TestName = "Through_a_method")]
    [TestCase("public Net() : base(\"net\") { register_module(\"body\", body); register_module(\"top\", top); }", TestName = "By_hand")]
    [TestCase(
        "private Net() : base(\"net\") { } public static Net Create() { var net = new Net(); net.RegisterComponents(); return net; }",
        TestName = "In_a_factory")]
    [TestCase("public Net() : base(\"net\") => Own.Register(this);", TestName = "Handed_to_somebody")]
    [TestCase("public Net() : base(\"net\") { this.RegisterComponents(); eval(); }", TestName = "Before_the_end")]
    public Task Is_silent(string members) => Verify(members);

    [TestCase(
        "abstract partial class Net() : Module<Tensor, Tensor>(\"net\") { [Backbone] protected readonly Linear body = Linear(1, 1); }",
        TestName = "Abstract_class")]
    [TestCase(
        "class Base : Module<Tensor, Tensor> "
            + "{ protected Base() : base(\"net\") => RegisterComponents(); public override Tensor forward(Tensor x) => x; } partial class "
            + "Net : Base { [Backbone] private readonly Linear body = Linear(1, 1); }",
        TestName = "Base_class_registers")]
    [TestCase(
        "class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ private readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "No_attributes")]
    [TestCase(
        "[UnfreezeLast(2)] partial class Net() : Module<Tensor, Tensor>(\"net\") "
            + "{ private static readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }",
        TestName = "Nothing_to_register")]
    public Task Leaves_alone(string source) => AnalyzerVerifier.Verify<RegistrationAnalyzer>(source, "FT1007");

    [TestCase("public Net() : base(\"net\") { }", "public Net() : base(\"net\") { RegisterComponents(); }")]
    [TestCase("public Net() : base(\"net\") => eval();", "public Net() : base(\"net\") { eval(); RegisterComponents(); }")]
    [TestCase(
        "public Net() : base(\"net\")\n    {\n        eval();\n    }\n",
        "public Net() : base(\"net\")\n    {\n        eval();\n        RegisterComponents();\n    }\n")]
    [TestCase(
        "public Net() : base(\"net\")\n    {\n    }\n",
        "public Net() : base(\"net\")\n    {\n        RegisterComponents();\n    }\n")]
    [TestCase(
        "public Net() : base(\"net\") { } public Net(int wide) : base(\"net\") { }",
        "public Net() : base(\"net\") { RegisterComponents(); } public Net(int wide) : base(\"net\") { RegisterComponents(); }")]
    public Task Calls_it(string before, string after) =>
        CodeFixVerifier.Verify<RegistrationAnalyzer, RegisterCodeFix>(Source(before), Source(after));

    [Test]
    public Task A_primary_constructor_has_no_place_for_a_call() =>
        CodeFixVerifier.VerifyNoFix<RegistrationAnalyzer, RegisterCodeFix>(
            "partial class Net() : Module<Tensor, Tensor>(\"net\") "
                + "{ [Backbone] private readonly Linear body = Linear(1, 1); public override Tensor forward(Tensor x) => x; }");

    private static Task Verify(string members) => AnalyzerVerifier.Verify<RegistrationAnalyzer>(Source(members), "FT1007");

    private static string Source(string members) =>
        $$"""
        namespace Demo;
        public static class Own { public static void Register(Module module) => module.eval(); }

        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private readonly Linear top = Linear(1, 1);
            {{members}}
            public override Tensor forward(Tensor x) => top.call(body.call(x));
        }
        """;
}
