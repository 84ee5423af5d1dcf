using FineTune.Analyzers.FT3018;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3018;

public sealed class MissingBackwardTests
{
    [TestCase(
        "foreach (var (x, y) in batches) { opt.zero_grad(); var loss = functional.cross_entropy(net.call(x), y); opt.[|step|](); }",
        TestName = "Loss_function")]
    [TestCase(
        "var loss = MSELoss(); for (var i = 0; i < 3; i++) { var eval = net.forward(given); var output = loss.call(eval, given); "
            + "opt.zero_grad(); opt.[|step|](); }",
        TestName = "Loss_module")]
    [TestCase(
        "for (var epoch = 0; epoch < 3; epoch++) { foreach (var (x, y) in batches) { Loss(net, x, y); opt.[|step|](); } }",
        TestName = "Loss_in_a_helper")]
    [TestCase(
        "while (true) { Tensor Forward(Tensor x) => net.call(x); var y = Forward(given); Console.WriteLine(y.ToString()); "
            + "opt.[|step|](); }",
        TestName = "Local_function")]
    [TestCase(
        "foreach (var (x, y) in batches) { var loss = Loss(net, x, y); opt.[|step|](); other.[|step|](); }",
        TestName = "Two_optimizers")]
    [TestCase(
        "var sgd = optim.SGD(net.parameters(), 0.1); do { var l = batches.Select(b => net.call(b.x)).ToList(); sgd.[|step|](); } "
            + "while (true);",
        TestName = "Query")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "foreach (var (x, y) in batches) { opt.zero_grad(); var loss = Loss(net, x, y); loss.backward(); opt.step(); }",
        TestName = "Backward")]
    [TestCase(
        "for (var epoch = 0; epoch < 3; epoch++) { foreach (var (x, y) in batches) { Loss(net, x, y).backward(); } opt.step(); }",
        TestName = "Backward_in_an_inner_loop")]
    [TestCase("foreach (var (x, y) in batches) { Train(Loss(net, x, y)); opt.step(); }", TestName = "Backward_in_a_helper")]
    [TestCase("foreach (var (x, y) in batches) { train(Loss(net, x, y)); opt.step(); }", TestName = "Delegate")]
    [TestCase("foreach (var (x, y) in batches) { trainer.Train(Loss(net, x, y)); opt.step(); }", TestName = "Interface")]
    [TestCase("foreach (var (x, y) in batches) { mean.Go(Loss(net, x, y)); opt.step(); }", TestName = "Virtual_method")]
    [TestCase(
        "foreach (var (x, y) in batches) { opt.step(() => { var loss = Loss(net, x, y); return loss; }); }",
        TestName = "Closure")]
    [TestCase(
        "foreach (var (x, y) in batches) { var g = autograd.grad([Loss(net, x, y)], [given]); opt.step(); }",
        TestName = "Gradients_taken")]
    [TestCase(
        "foreach (var (x, y) in batches) { var v = net.call(x); foreach (var p in net.parameters()) { p.grad = ones_like(p); } "
            + "opt.step(); }",
        TestName = "Gradients_assigned")]
    [TestCase("foreach (var o in new[] { opt, other }) { o.step(); }", TestName = "No_training_loop")]
    [TestCase("var loss = Loss(net, given, given); opt.step();", TestName = "No_loop")]
    [TestCase(
        "Loss(net, given, given).backward(); for (var i = 0; i < 3; i++) { opt.step(); net.call(given).print(); }",
        TestName = "Backward_before_the_loop")]
    [TestCase(
        "foreach (var (x, y) in batches) { Loss(net, x, y); scheduler.step(); }",
        TestName = "Step_of_a_scheduler")]
    [TestCase("foreach (var (x, y) in batches) { Loss(net, x, y); mine.step(); }", TestName = "An_optimizer_of_ones_own")]
    [TestCase(
        "foreach (var (x, y) in batches) { var l = Loss(net, x, y); Parallel(train); opt.step(); }",
        TestName = "A_delegate_handed_on")]
    public Task Is_silent(string body) => Verify(body);

    [Test]
    public Task Is_silent_where_the_runtime_is_called() =>
        AnalyzerVerifier.Verify<MissingBackwardAnalyzer>(
            Source("foreach (var (x, y) in batches) { net.call(x); Compiled.TrainStep(x, y); opt.step(); }")
                .Replace("//", "private static readonly CompiledModel Compiled = null!;", StringComparison.Ordinal),
            "FT3018");

    private static Task Verify(string body) => AnalyzerVerifier.Verify<MissingBackwardAnalyzer>(Source(body), "FT3018");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public interface ITrainer
        {
            void Train(Tensor loss);
        }

        public class Losses2
        {
            public virtual void Go(Tensor loss) { }
        }

        public sealed class Mine : optim.Optimizer
        {
            public Mine() : base(0) { }
            public override Tensor step(Func<Tensor>? closure = null) => null!;
        }

        public static class Program
        {
            //
            public static void Run(
                Linear net, optim.Optimizer opt, SGD other, Mine mine, IReadOnlyList<(Tensor x, Tensor y)> batches, Tensor given,
                Action<Tensor> train, ITrainer trainer, Losses2 mean, optim.lr_scheduler.LRScheduler scheduler)
            {
                {{body}}
            }

            private static Tensor Loss(Linear net, Tensor x, Tensor y) => functional.mse_loss(net.call(x), y);
            private static void Train(Tensor loss) => loss.backward();
            private static void Parallel(Action<Tensor> each) => each(zeros(1));
        }
        """;
}
