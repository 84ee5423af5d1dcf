using FineTune.Analyzers.FT1008;
using FineTune.CodeFixes.FT1008;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1008;

public sealed class LateModuleTests
{
    private const string Registers = "public Net() : base(\"net\") { RegisterComponents(); }";

    [TestCase(Registers + " [Frozen] private static readonly Linear [|extra|] = Linear(1, 1);", TestName = "Static_field")]
    [TestCase(Registers + " [Head] public static Linear [|Extra|] { get; } = Linear(1, 1);", TestName = "Static_property")]
    [TestCase(
        "public Net() : base(\"net\") { RegisterComponents(); [|top|] = Linear(2, 1); }",
        TestName = "After_registration_in_the_constructor")]
    [TestCase(
        "public Net(bool wide) : base(\"net\") { RegisterComponents(); if (wide) { [|this.top|] = Linear(2, 1); } }",
        TestName = "In_a_branch_after_registration")]
    [TestCase(Registers + " public void Replace(int classes) { [|top|] = Linear(1, classes); }", TestName = "In_a_method")]
    [TestCase(Registers + " public Tensor Run(Tensor x) { [|late|] ??= Linear(1, 1); return late.call(x); }", TestName = "On_first_use")]
    [TestCase(Registers + " public Linear Settable { set { [|top|] = value; } }", TestName = "In_a_setter")]
    [TestCase(
        Registers + " public static Net Wide() { var net = new Net(); [|net.top|] = Linear(1, 2); return net; }",
        TestName = "Of_another_instance")]
    [TestCase(Registers + " public static Net Wide() => new Net { [|top|] = Linear(1, 2) };", TestName = "In_an_object_initializer")]
    public Task Flags(string members) =>
        Verify(members.Replace("public override Tensor forward(Tensor x, int n) => x; ", "", StringComparison.Ordinal));

    [TestCase("public Net() : base(\"net\") { top = Linear(2, 1); RegisterComponents(); }", TestName = "Before_registration")]
    [TestCase(
        "public Net() : base(\"net\") { Build(2); RegisterComponents(); } private void Build(int n) => top = Linear(1, n);",
        TestName = "In_a_method_that_the_constructor_calls")]
    [TestCase(
        "public Net() : base(\"net\") { Build(); RegisterComponents(); } private void Build() => More(); private void More() "
            + "{ top = Linear(1, 1); }",
        TestName = "Two_methods_deep")]
    [TestCase(Registers + " public void Move(Device device) { top = top.to(device); }", TestName = "Moved")]
    [TestCase(Registers + " public void Free() { top.Dispose(); top = null!; }", TestName = "Set_to_null")]
    [TestCase(Registers + " public void Replace() { top = Linear(1, 1); register_module(\"top\", top); }", TestName = "Registered_by_hand")]
    [TestCase(
        "private Net() : base(\"net\") { } public static Net Create() "
            + "{ var net = new Net { top = Linear(1, 1) }; net.RegisterComponents(); return net; }",
        TestName = "Factory_that_registers")]
    [TestCase(Registers + " private static readonly ReLU relu = ReLU();", TestName = "Static_without_parameters")]
    [TestCase(Registers + " private static int count; public void Count() { count = 3; }", TestName = "No_module")]
    [TestCase(Registers + " private Func<Linear>? make; public void Later() { make = () => Linear(1, 1); }", TestName = "A_function")]
    public Task Is_silent(string members) => Verify(members);

    [TestCase("[Frozen] private static readonly Linear extra = Linear(1, 1);", "[Frozen] private readonly Linear extra = Linear(1, 1);")]
    [TestCase(
        "[Frozen] static Linear extra = Linear(1, 1); private static readonly Linear more = Linear(1, 1);",
        "[Frozen] readonly Linear extra = Linear(1, 1); private readonly Linear more = Linear(1, 1);")]
    public Task Makes_it_the_instances_own(string before, string after) =>
        CodeFixVerifier.Verify<LateModuleAnalyzer, InstanceReadOnlyCodeFix>(Source(Registers + before), Source(Registers + after));

    [TestCase(
        "private static readonly Linear extra = Linear(1, 1); private static Linear Get() => extra;",
        TestName = "Used_by_a_static_member")]
    [TestCase(
        "private static readonly Linear extra = Linear(1, 1); private Linear Get() => Net.extra;",
        TestName = "Used_through_the_class")]
    [TestCase("internal static readonly Linear extra = Linear(1, 1);", TestName = "Others_may_use_it")]
    [TestCase("public void Replace() { top = Linear(1, 1); }", TestName = "Assigned_late")]
    public Task Leaves_what_would_not_compile(string members) =>
        CodeFixVerifier.VerifyNoFix<LateModuleAnalyzer, InstanceReadOnlyCodeFix>(Source(Registers + members));

    private static Task Verify(string members) => AnalyzerVerifier.Verify<LateModuleAnalyzer>(Source(members), "FT1008");

    private static string Source(string members) =>
        $$"""
        namespace Demo;

        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private Linear top = Linear(1, 1);
            [Head] private Linear? late;
            {{members}}
            public override Tensor forward(Tensor x) => (late ?? top).call(body.call(x));
        }
        """;
}
