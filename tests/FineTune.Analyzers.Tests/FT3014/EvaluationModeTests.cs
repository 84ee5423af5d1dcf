using FineTune.Analyzers.FT3014;
using FineTune.Analyzers.Tests.Optimizers;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3014;

public sealed class EvaluationModeTests
{
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.train(); for (var e = 0; e < n; e++) "
            + "{ foreach (var batch in batches) { Loss(net, batch).backward(); [|own.step|](); } net.eval(); }",
        TestName = "Measured_after_each_epoch")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.eval(); Loss(net, batches[0]).backward(); [|own.step|]();",
        TestName = "Never_restored")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); net.eval(); if (warm) net.train(); Loss(net, batches[0]).backward(); [|own.step|]();",
        TestName = "Restored_on_one_branch")]
    [TestCase("var own = optim.Adam(net.parameters()); net.train(false); [|own.step|]();", TestName = "Train_of_false")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) "
            + "{ Loss(net, batches[e]).backward(); [|own.step|](); Measure(net); }",
        TestName = "Measured_in_a_source_method")]
    [TestCase("var own = optim.Adam(net.parameters()); Measure(net); [|Step|](own, net);", TestName = "Trained_in_a_source_method")]
    [TestCase("var own = optim.Adam(net.head.parameters()); net.eval(); [|own.step|]();", TestName = "Owner_in_evaluation_mode")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); var i = 0; foreach (var batch in batches) "
            + "{ Loss(net, batch).backward(); [|own.step|](); if (i++ % 10 == 0) { net.eval(); using (no_grad()) "
            + "net.call(batch.Item1); } }",
        TestName = "Measured_every_tenth_step")]
    [TestCase("var own = optim.Adam(net.parameters()); var same = net; same.eval(); [|own.step|]();", TestName = "Under_another_name")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "var own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) { net.train(); own.step(); net.eval(); }",
        TestName = "Restored")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); for (var e = 0; e < n; e++) { own.step(); net.eval(); net.train(); }",
        TestName = "Restored_after_measuring")]
    [TestCase("var own = optim.Adam(net.parameters()); net.backbone.eval(); own.step();", TestName = "Only_a_part")]
    [TestCase("var own = optim.Adam(net.parameters()); net.eval(); net.head.train(); own.step();", TestName = "A_part_back_in_training")]
    [TestCase("var own = optim.Adam(net.parameters()); var teacher = new Net(); teacher.eval(); own.step();", TestName = "Another_network")]
    [TestCase(
        "Freeze(net.backbone); var own = optim.Adam(net.parameters().Where(p => p.requires_grad).ToList()); net.eval(); own.step();",
        TestName = "Given_what_requires_a_gradient")]
    [TestCase("var own = optim.Adam(net.parameters()); net.eval(); Restore(net); own.step();", TestName = "Restored_in_a_source_method")]
    [TestCase("var own = optim.Adam(net.parameters()); net.train(); own.step(); net.eval();", TestName = "Measured_at_the_end")]
    [TestCase(
        "var own = optim.Adam(net.parameters()); var mode = net.training; net.eval(); net.train(mode); own.step();",
        TestName = "Mode_saved_and_restored")]
    [TestCase("var own = optim.Adam(net.parameters()); net.eval(); External.Use(net); own.step();", TestName = "Out_of_sight")]
    [TestCase("var odd = new Odd(); var own = optim.Adam(odd.parameters()); odd.eval(); own.step();", TestName = "Mode_of_its_own")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<EvaluationModeAnalyzer>(Source(body), "FT3014", OutOfSight.Source);

    private static string Source(string body) =>
        TrainingProgram.Source(
            body,
            """
            private static void Measure(Net net) { net.eval(); using (no_grad()) net.call(zeros(1)); }
            private static void Restore(Net net) => net.train();
            private static void Step(optim.Optimizer optimizer, Net net) => optimizer.step();
            """,
            """
            public sealed class Odd : Module<Tensor, Tensor>
            {
                private readonly Linear layer = Linear(1, 1);
                public Odd() : base("odd") => RegisterComponents();
                public override Tensor forward(Tensor x) => layer.call(x);
                public override void eval() => base.train(true);
            }
            """);
}
