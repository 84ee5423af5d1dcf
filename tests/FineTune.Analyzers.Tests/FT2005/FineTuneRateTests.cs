using FineTune.Analyzers.FT2005;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2005;

public sealed class FineTuneRateTests
{
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "[|model.Recompile|](1e-3);",
        TestName = "The_same_rate")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "[|model.Recompile|](learningRate: 0.01);",
        TestName = "A_higher_rate")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "[|compiled.Recompile|](1e-3);",
        TestName = "From_the_compiled_model")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "[|model.Compile|](Optimizers.Adam(1e-3));",
        TestName = "Compiled_anew")]
    [TestCase(
        "model.FreezeBackbone(); model.Compile(Optimizers.SGD(0.01)); model.UnfreezeBackbone(); [|model.Recompile|](0.1);",
        TestName = "Everything_unfrozen")]
    [TestCase(
        "var rate = 1e-3; model.FreezeBackbone(); model.Compile(Optimizers.AdamW(rate)); model.UnfreezeLast(3); [|model.Recompile|](rate);",
        TestName = "Constant_in_a_variable")]
    [TestCase(
        "var rate = 1e-3; model.FreezeBackbone(); model.Compile(Optimizers.Adam(rate)); model.UnfreezeLast(3); "
            + "[|model.Recompile|](rate * 10);",
        TestName = "Computed_from_constants")]
    [TestCase(
        "model.FreezeBackbone(); model.Compile(Optimizers.Adam()); model.UnfreezeLast(3); [|model.Recompile|](1e-4);",
        TestName = "The_default_of_the_head")]
    [TestCase(
        "var adam = Optimizers.Adam(1e-3); model.FreezeBackbone(); model.Compile(adam); model.EnterPhase(Phase.Full); "
            + "[|model.Compile|](adam);",
        TestName = "Configured_in_a_variable")]
    [TestCase(
        "model.FreezeBackbone(); model.Compile(Optimizers.Adam(1e-3)); kept = [|FineTune|](model, 1e-3);",
        TestName = "In_a_source_method")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); var rate = 1e-5; if "
            + "(warm) rate = 1e-2; compiled = [|model.Recompile|](rate);",
        TestName = "On_one_branch")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "model.Recompile(1e-5);",
        TestName = "Lower")]
    [TestCase(
        "var rate = 1e-3; model.FreezeBackbone(); model.Compile(Optimizers.Adam(rate)); model.UnfreezeLast(); model.Recompile(rate / 10);",
        TestName = "A_tenth_computed")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = model.Recompile();",
        TestName = "Not_stated")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "model.Recompile(given);",
        TestName = "Not_a_constant")]
    [TestCase(
        "model.FreezeBackbone(); model.Compile(Optimizers.Adam(given)); model.UnfreezeLast(); model.Recompile(1e-3);",
        TestName = "Head_at_what_nobody_knows")]
    [TestCase("model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); model.Recompile(1e-3);", TestName = "No_head_phase")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); model.FreezeBackbone(); "
            + "compiled = model.Recompile(1e-3);",
        TestName = "Head_again")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); compiled = "
            + "model.Compile(Optimizers.SGD(0.01));",
        TestName = "Another_optimizer")]
    [TestCase(
        "rated.FreezeBackbone(); rated.Compile(Optimizers.Adam(1e-3)); rated.UnfreezeLast(); rated.Recompile(1e-2);",
        TestName = "Attribute_on_a_member")]
    [TestCase(
        "var other = new CatsVsDogs(); other.FreezeBackbone(); other.Compile(Optimizers.Adam(1e-5)); model.UnfreezeLast(); "
            + "model.Compile(Optimizers.Adam(1e-3));",
        TestName = "Another_model")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(Optimizers.Adam(1e-3)); model.UnfreezeLast(); var rate = 1e-4; for "
            + "(var i = 0; i < n; i++) { compiled = model.Recompile(rate); rate = rate * 0.5; }",
        TestName = "Decays_in_a_loop")]
    [TestCase("model.FreezeBackbone(); model.Compile(Config(1e-3)); kept = FineTune(model, 1e-4);", TestName = "In_a_source_method_lower")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) =>
        AnalyzerVerifier.Verify<FineTuneRateAnalyzer>(Source(body), "FT2005", Models.Source, OutOfSight.Source);

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Program
        {
            private CompiledModel kept = null!;
            private readonly CompiledModel fixedOne = null!;

            public void Run(CatsVsDogs model, Rated rated, bool warm, int n, double given)
            {
                {{body}}
            }

            private static void Fit(CompiledModel compiled) => compiled.Fit(data);
            private static void Retune(CatsVsDogs model) { model.UnfreezeLast(); model.Recompile(); }
            private static CompiledModel FineTune(CatsVsDogs model, double rate) { model.UnfreezeLast(); return model.Recompile(rate); }
            private static OptimizerConfig Config(double rate) => Optimizers.Adam(rate);
        }
        """;
}
