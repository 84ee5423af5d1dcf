using FineTune.Analyzers.FT3001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3001;

public sealed class StaleOptimizerTests
{
    [TestCase(
        "var opt = optim.Adam(net.parameters()); foreach (var p in net.backbone.parameters()) p.requires_grad = false; [|opt.step|]();",
        TestName = "Part_frozen_in_a_loop")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); foreach (var (name, p) in net.named_parameters()) if (name != \"head\") "
            + "p.requires_grad = false; [|opt.step|]();",
        TestName = "Some_frozen_by_name")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); foreach (var p in net.parameters()) p.requires_grad_(false); [|opt.step|]();",
        TestName = "Whole_frozen_in_place")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); net.backbone.parameters().ToList().ForEach(p => p.requires_grad = false); [|opt.step|]();",
        TestName = "Frozen_with_ForEach")]
    [TestCase("var opt = optim.Adam(net.parameters()); Freeze(net.backbone); [|opt.step|]();", TestName = "Frozen_by_a_source_method")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); net.head.weight!.requires_grad = false; [|opt.step|]();",
        TestName = "One_parameter_frozen")]
    [TestCase(
        "Freeze(net.backbone); var opt = optim.Adam(net.parameters().Where(p => p.requires_grad)); Thaw(net.backbone); [|opt.step|]();",
        TestName = "Unfrozen_after_a_filtered_build")]
    [TestCase(
        "var opt = optim.Adam(net.parameters().Where(p => p.requires_grad).ToList()); Thaw(net.backbone); [|opt.step|]();",
        TestName = "Unfrozen_after_a_filter_over_what_came_in")]
    [TestCase(
        "var opt = optim.SGD(net.backbone.parameters(), 0.1); if (warm) Freeze(net); [|opt.step|]();",
        TestName = "Owner_of_the_part_frozen_on_one_branch")]
    [TestCase(
        "var opt = optim.SGD(net.parameters(), 0.1); for (var e = 0; e < n; e++) { [|opt.step|](); if (e == 5) Freeze(net.backbone); }",
        TestName = "Frozen_in_the_middle_of_the_epochs")]
    [TestCase(
        "var own = new Net(); var opt = optim.RMSProp(own.parameters()); var part = own.backbone; Freeze(part); [|opt.step|]();",
        TestName = "Part_under_another_name")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); var same = opt; Freeze(net); opt = optim.Adam(net.parameters()); [|same.step|]();",
        TestName = "Old_optimizer_under_another_name")]
    [TestCase(
        "var opt = optim.AdamW(net.backbone.parameters().Concat(net.head.parameters())); Freeze(net.backbone); [|opt.step|]();",
        TestName = "Built_over_two_parts")]
    [TestCase("var opt = optim.Adam(net.parameters()); Freeze(net.backbone); [|Step|](opt);", TestName = "Stepped_by_a_source_method")]
    [TestCase(
        "var whole = Sequential((\"a\", net.backbone), (\"b\", net.head)); var opt = optim.Adam(whole.parameters()); "
            + "Freeze(net.backbone); [|opt.step|]();",
        TestName = "Part_of_a_sequence")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); try { Freeze(net); opt = optim.Adam(net.head.parameters()); } catch "
            + "(InvalidOperationException) { } [|opt.step|]();",
        TestName = "Rebuild_may_throw_into_a_catch")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); void Later() => Freeze(net); Later(); [|opt.step|]();",
        TestName = "Frozen_in_a_local_function")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); SetTrainable(net.backbone, false); [|opt.step|]();",
        TestName = "Frozen_by_a_method_that_is_told")]
    [TestCase(
        "var moved = net.to(CPU); var opt = optim.Adam(moved.parameters()); Freeze(net.backbone); [|opt.step|]();",
        TestName = "Moved_module_is_the_same")]
    public Task Flags(string body) => Verify(body);

    [TestCase("var opt = optim.Adam(net.parameters()); opt.zero_grad(); opt.step();", TestName = "Nothing_changes")]
    [TestCase("Freeze(net.backbone); var opt = optim.Adam(net.parameters()); opt.step();", TestName = "Frozen_before_the_build")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); Freeze(net.backbone); opt = optim.Adam(net.head.parameters()); opt.step();",
        TestName = "Built_anew")]
    [TestCase("var opt = optim.Adam(net.head.parameters()); Freeze(net.backbone); opt.step();", TestName = "Another_part")]
    [TestCase("var other = new Net(); var opt = optim.Adam(net.parameters()); Freeze(other); opt.step();", TestName = "Another_module")]
    [TestCase("var opt = optim.Adam(net.parameters()); Freeze(net); Thaw(net); opt.step();", TestName = "Taken_back")]
    [TestCase(
        "var d = new Net(); var g = new Net(); var optG = optim.Adam(g.parameters()); var optD = optim.Adam(d.parameters()); for "
            + "(var i = 0; i < n; i++) { Freeze(d); optG.step(); Thaw(d); optD.step(); }",
        TestName = "Adversary_frozen_in_turn")]
    [TestCase(
        "var opt = optim.Adam(net.head.parameters()); Thaw(net.backbone); opt.add_param_group(new "
            + "Adam.ParamGroup(net.backbone.parameters())); opt.step();",
        TestName = "Group_added_for_what_was_not_in_it")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); Freeze(net.backbone); opt.add_param_group(new "
            + "Adam.ParamGroup(net.head.parameters())); opt.step();",
        TestName = "Group_added")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); if (warm) { Freeze(net.backbone); opt = optim.Adam(net.head.parameters()); } opt.step();",
        TestName = "Both_on_the_same_branch")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); if (warm) Freeze(net.backbone); if (warm) opt = optim.Adam(net.head.parameters()); "
            + "opt.step();",
        TestName = "Two_branches_on_the_same_condition")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); net.train(); net.eval(); using (no_grad()) net.call(zeros(1)); opt.step();",
        TestName = "Modes_and_calls")]
    [TestCase("var opt = optim.Adam(net.parameters()); Freeze(net.backbone); net.call(zeros(1));", TestName = "Never_steps")]
    [TestCase("var opt = optim.Adam(net.parameters()); External.Use(net); opt.step();", TestName = "Handed_to_code_out_of_sight")]
    [TestCase("var opt = External.Make(net); Freeze(net.backbone); opt.step();", TestName = "Built_out_of_sight")]
    [TestCase(
        "var x = zeros(1); x.requires_grad = true; var opt = optim.Adam(net.parameters()); x.requires_grad = false; opt.step();",
        TestName = "A_tensor_of_its_own")]
    [TestCase(
        "var opt = optim.Adam(net.parameters()); foreach (var p in net.parameters()) p.requires_grad = warm; opt.step();",
        TestName = "To_what_nobody_knows")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) =>
        AnalyzerVerifier.Verify<StaleOptimizerAnalyzer>(
            $$"""
            namespace Demo;
            public sealed class Net : Module<Tensor, Tensor>
            {
                public readonly Linear backbone = Linear(4, 4), head = Linear(4, 1);
                public Net() : base("net") => RegisterComponents();
                public override Tensor forward(Tensor x) => head.call(backbone.call(x));
            }

            public static class Program
            {
                public static void Run(Net net, bool warm, int n)
                {
                    {{body}}
                }

                private static void Step(optim.Optimizer optimizer) => optimizer.step();
                private static void SetTrainable(Module module, bool trainable) { foreach (var p in module.parameters()) p.requires_grad = trainable; }
                private static void Freeze(Module module) { foreach (var p in module.parameters()) p.requires_grad = false; }
                private static void Thaw(Module module) { foreach (var p in module.parameters()) p.requires_grad = true; }
            }
            """,
            "FT3001",
            """
            namespace Demo;
            public abstract class External
            {
                public static External Current = null!;
                public abstract void Do(object? argument);
                public abstract optim.Optimizer Build(object? argument);
                public static void Use(object argument) => Current.Do(argument);
                public static optim.Optimizer Make(object argument) => Current.Build(argument);
            }
            """
        );
}
