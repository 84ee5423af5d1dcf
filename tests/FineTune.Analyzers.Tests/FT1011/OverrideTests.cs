using FineTune.Analyzers.FT1011;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1011;

public sealed class OverrideTests
{
    [TestCase("public override void [|train|](bool train = true) => Console.WriteLine(train);", TestName = "Train_that_calls_nothing")]
    [TestCase("public override void [|train|](bool train = true) => base.train(train);", TestName = "Train_that_wakes_frozen_layers")]
    [TestCase(
        "public override void [|train|](bool train = true) { Layers.KeepFrozenInInferenceMode(); }",
        TestName = "Train_without_the_base")]
    [TestCase("protected override void [|RegisterComponents|]() { }", TestName = "Registers_nothing")]
    [TestCase(
        "protected override void [|RegisterComponents|]() { register_module(\"body\", body); }",
        TestName = "Registers_one_of_two_by_hand")]
    [TestCase(
        "protected override void [|RegisterComponents|]() => Log(); private void Log() => Console.WriteLine();",
        TestName = "Calls_something_else")]
    public Task Flags(string members) => Verify(members);

    [TestCase(
        "public override void train(bool train = true) { base.train(train); Layers.KeepFrozenInInferenceMode(); }",
        TestName = "Train_that_calls_both")]
    [TestCase("public override void train(bool train = true) { base.train(train); body.eval(); }", TestName = "Train_with_eval_by_hand")]
    [TestCase(
        "public override void train(bool train = true) { base.train(train); Keep(); } private void Keep() => "
            + "Layers.KeepFrozenInInferenceMode();",
        TestName = "Train_through_a_method")]
    [TestCase(
        "protected override void RegisterComponents() { RegisterGeneratedComponents(); eval(); }",
        TestName = "Calls_the_generated_registration")]
    [TestCase("protected override void RegisterComponents() { base.RegisterComponents(); eval(); }", TestName = "Calls_the_base")]
    [TestCase(
        "protected override void RegisterComponents() { register_module(\"body\", body); register_module(\"top\", top); }",
        TestName = "Registers_both_by_hand")]
    [TestCase("protected override void RegisterComponents() { Own.Register(this); }", TestName = "Handed_to_somebody")]
    [TestCase("public void train(int epochs) { }", TestName = "An_overload")]
    public Task Is_silent(string members) => Verify(members);

    [TestCase(
        "public class Derived : Net { public override void [|train|](bool train = true) { } }",
        TestName = "Derived_train_without_the_base")]
    [TestCase(
        "public class Derived : Net { protected override void [|RegisterComponents|]() { register_module(\"more\", Linear(1, 1)); } }",
        TestName = "Derived_registration_without_the_base")]
    [TestCase(
        "public class Derived : Net { public override void train(bool train = true) { base.train(train); } }",
        TestName = "Derived_train_with_the_base")]
    [TestCase(
        "public class Plain() : Module<Tensor, Tensor>(\"plain\") "
            + "{ public override Tensor forward(Tensor x) => x; public override void train(bool train = true) { } }",
        TestName = "No_attributes_anywhere")]
    public Task Looks_at_derived_classes(string source) =>
        AnalyzerVerifier.Verify<OverrideAnalyzer>($"namespace Demo;\n{source}", "FT1011", Source(""), Generated);

    private const string Generated =
        """
        namespace Demo;
        public partial class Net
        {
            public LayerList Layers => LayerList.Of();
            private void RegisterGeneratedComponents() { }
        }
        """;

    private static Task Verify(string members) => AnalyzerVerifier.Verify<OverrideAnalyzer>(Source(members), "FT1011", Generated);

    private static string Source(string members) =>
        $$"""
        namespace Demo;
        public static class Own { public static void Register(Module module) => module.eval(); }

        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private readonly Linear top = Linear(1, 1);
            public Net() : base("net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => top.call(body.call(x));
        }
        """;
}
