using FineTune.Analyzers.FT3017;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3017;

public sealed class IdleSchedulerTests
{
    [TestCase("[|optim.lr_scheduler.StepLR(optimizer, 10)|];", TestName = "Discarded")]
    [TestCase("_ = [|optim.lr_scheduler.ExponentialLR(optimizer, 0.9)|];", TestName = "Assigned_to_a_discard")]
    [TestCase(
        "var scheduler = [|optim.lr_scheduler.StepLR(optimizer, 10, 0.5)|]; for (var i = 0; i < 3; i++) { optimizer.step(); }",
        TestName = "In_a_variable")]
    [TestCase(
        "var scheduler = [|optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)|]; optimizer.step(); "
            + "Console.WriteLine(scheduler.get_last_lr().First());",
        TestName = "Only_looked_at")]
    [TestCase(
        "optim.lr_scheduler.LRScheduler? scheduler = null; if (warm) { scheduler = [|optim.lr_scheduler.StepLR(optimizer, 10)|]; } "
            + "optimizer.step(); if (scheduler != null) { Console.WriteLine(\"scheduled\"); }",
        TestName = "Assigned_on_a_condition")]
    [TestCase("idle = [|optim.lr_scheduler.StepLR(optimizer, 10)|];", TestName = "In_a_field")]
    [TestCase(
        "this.idle = [|optim.lr_scheduler.ReduceLROnPlateau(optimizer)|]; var last = idle?.get_last_lr();",
        TestName = "In_a_field_that_is_looked_at")]
    public Task Flags(string body) => Verify(body);

    [TestCase("var scheduler = optim.lr_scheduler.StepLR(optimizer, 10); optimizer.step(); scheduler.step();", TestName = "Stepped")]
    [TestCase("var scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer); scheduler.step(0.5);", TestName = "Stepped_with_a_loss")]
    [TestCase(
        "optim.lr_scheduler.LRScheduler? scheduler = warm ? optim.lr_scheduler.StepLR(optimizer, 10) : null; scheduler?.step();",
        TestName = "Stepped_on_a_condition")]
    [TestCase("var scheduler = optim.lr_scheduler.StepLR(optimizer, 10); Train(optimizer, scheduler);", TestName = "Handed_on")]
    [TestCase(
        "var scheduler = optim.lr_scheduler.StepLR(optimizer, 10); Action after = scheduler.step; after();",
        TestName = "Its_step_handed_on")]
    [TestCase(
        "var first = optim.lr_scheduler.ConstantLR(optimizer); var all = optim.lr_scheduler.SequentialLR(optimizer, [first], "
            + "[]); all.step();",
        TestName = "Part_of_another")]
    [TestCase("var schedulers = new[] { optim.lr_scheduler.StepLR(optimizer, 10) };", TestName = "In_an_array")]
    [TestCase("stepped = optim.lr_scheduler.StepLR(optimizer, 10);", TestName = "In_a_field_stepped_in_another_method")]
    [TestCase("Open = optim.lr_scheduler.StepLR(optimizer, 10);", TestName = "In_a_field_that_others_see")]
    [TestCase("given = optim.lr_scheduler.StepLR(optimizer, 10);", TestName = "In_a_field_that_is_given_away")]
    [TestCase(
        "var scheduler = optim.lr_scheduler.StepLR(optimizer, 10); Action epoch = () => { optimizer.step(); scheduler.step(); }; epoch();",
        TestName = "Stepped_in_a_lambda")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<IdleSchedulerAnalyzer>(Source(body), "FT3017");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public sealed class Program
        {
            private optim.lr_scheduler.LRScheduler? idle;
            private optim.lr_scheduler.LRScheduler? stepped;
            private optim.lr_scheduler.LRScheduler? given;
            public optim.lr_scheduler.LRScheduler? Open;

            public void Run(optim.Optimizer optimizer, bool warm)
            {
                {{body}}
            }

            private void AfterEpoch() => stepped!.step();
            public optim.lr_scheduler.LRScheduler? Given() => given;
            private static void Train(optim.Optimizer optimizer, optim.lr_scheduler.LRScheduler scheduler) { }
        }
        """;
}
