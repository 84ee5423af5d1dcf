using FineTune.Analyzers.FT3012;
using FineTune.CodeFixes.FT3012;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3012;

public sealed class KeptGraphTests
{
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total += loss|]; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "After_the_backward_pass")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); [|total += loss|]; opt.zero_grad(); loss.backward(); opt.step();  } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Before_the_backward_pass")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total = [|total + loss|]; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Written_out")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total.add_|](loss); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "In_place")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total += loss * 32|]; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Times_the_size_of_the_batch")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); var scaled = loss / 4; scaled.backward(); [|total += loss|]; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Scaled_before_the_pass")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) { var loss = Step(net, opt, batch); [|total += loss|]; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Loss_from_a_source_method")]
    [TestCase(
        "var total = zeros(1); for (var e = 0; e < n; e++) "
            + "{ foreach (var batch in batches) { var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total "
            + "+= loss|]; } } "
            + "Console.WriteLine($\"{total}\");",
        TestName = "Over_all_epochs")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total += loss|]; } var mean = total / n; "
            + "Console.WriteLine(mean.ToSingle());",
        TestName = "Mean_of_it_taken")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total += loss|]; } "
            + "Console.WriteLine(total.cpu().item<float>());",
        TestName = "Cast_to_a_number")]
    [TestCase(
        "Tensor? total = null; foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); "
            + "total = total is null ? loss : [|total + loss|]; } Console.WriteLine(total?.item<float>());",
        TestName = "Begun_with_nothing")]
    [TestCase(
        "Tensor? total = null; foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); "
            + "total = total is null ? loss : [|total.add|](loss); } Console.WriteLine(total!.item<float>());",
        TestName = "Begun_with_nothing_and_added")]
    [TestCase(
        "var (total, count) = (zeros(1), 0); var sum = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); "
            + "(sum, count) = ([|sum + loss|], count + 1); } Console.WriteLine(sum.item<float>() / count);",
        TestName = "In_a_tuple")]
    [TestCase(
        "(Tensor Loss, int Count) totals = (zeros(1), 0); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); "
            + "totals = ([|totals.Loss + loss|], totals.Count + 1); } Console.WriteLine(totals.Loss.item<float>() / totals.Count);",
        TestName = "In_a_named_tuple")]
    [TestCase(
        "var totals = (zeros(1), 0); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); "
            + "totals = ([|totals.Item1 + loss|], totals.Item2 + 1); } Console.WriteLine(totals.Item1.item<float>() / totals.Item2);",
        TestName = "In_a_tuple_without_names")]
    [TestCase(
        "var total = zeros(1); batches.ToList().ForEach(batch => "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); [|total += loss|]; }); "
            + "Console.WriteLine(total.item<float>());",
        TestName = "In_a_callback")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "public void Run() { foreach (var batch in batches) "
            + "{ var loss = net.call(batch).mean(); loss.backward(); [|total += loss|]; } Console.WriteLine(total.item<float>()); }",
        TestName = "In_a_field")]
    [TestCase(
        "public void Step(Tensor batch) { var loss = net.call(batch).mean(); loss.backward(); [|this.total += loss|]; } "
            + "public float Mean() => total.item<float>();",
        TestName = "In_a_field_from_call_to_call")]
    [TestCase(
        "public void Step(Tensor batch) { var loss = net.call(batch).mean(); loss.backward(); total = [|total + loss|]; count++; } "
            + "public override string ToString() => $\"{total / count}\";",
        TestName = "In_a_field_written_out")]
    public Task Flags_fields(string members) => VerifyMembers(members);

    [TestCase(
        "public void Step(Tensor batch) { var loss = net.call(batch).mean(); loss.backward(); total += loss.detach(); } "
            + "public float Mean() => total.item<float>();",
        TestName = "Detached_in_a_field")]
    [TestCase(
        "public void Step(Tensor batch) { var loss = net.call(batch).mean(); loss.backward(); total += loss; } "
            + "public Tensor Mean() => total / count;",
        TestName = "Handed_on_from_a_field")]
    [TestCase(
        "public void Collect(Tensor batch) { var loss = net.call(batch).mean(); total += loss; } "
            + "public void Step() { total.backward(); total = zeros(1); }",
        TestName = "Backward_through_a_field")]
    [TestCase(
        "public void Step(Tensor batch) { var total = zeros(1); var loss = net.call(batch).mean(); loss.backward(); total += loss; "
            + "Console.WriteLine(total.item<float>()); }",
        TestName = "A_variable_of_the_same_name")]
    public Task Is_silent_about_fields(string members) => VerifyMembers(members);

    [TestCase(
        "var total = 0.0; foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss.item<float>(); } "
            + "Console.WriteLine(total);",
        TestName = "Number")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += (double)loss.item<float>(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Number_added_to_a_tensor")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss.detach(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Detached")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); using (no_grad()) total += loss; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Without_gradients")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); using var _ = no_grad(); total += loss; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Without_gradients_to_the_end_of_the_block")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) { var loss = Loss(net, batch); total += loss; } total.backward(); "
            + "opt.step();",
        TestName = "Backward_through_the_sum")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) { var loss = Loss(net, batch); total += loss; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Nobody_goes_backward")]
    [TestCase(
        "foreach (var batch in batches) "
            + "{ var total = zeros(1); var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss; "
            + "Console.WriteLine(total.item<float>()); }",
        TestName = "Starts_anew")]
    [TestCase(
        "foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); loss = loss + Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); }",
        TestName = "Two_losses_of_one_step")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss; } External.Use(total);",
        TestName = "Handed_on")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss; total = total.detach(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Detached_in_the_loop")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += batch.Item1.eq(batch.Item2).sum(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Counts_what_was_right")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss; break; } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "One_sum_only")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += loss; } "
            + "Console.WriteLine(total.item<float>());",
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total += (double)loss.item<float>(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Of_a_compound_assignment")]
    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total = total + loss * 32; } "
            + "Console.WriteLine(total.item<float>());",
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total = total + (double)(loss * "
            + "32).item<float>(); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "Of_a_sum_written_out")]
    public Task Adds_the_number(string before, string after) =>
        CodeFixVerifier.Verify<KeptGraphAnalyzer, ItemCodeFix>(Source(before), Source(after), OutOfSight.Source);

    [TestCase(
        "var total = zeros(1); foreach (var batch in batches) "
            + "{ var loss = Loss(net, batch); opt.zero_grad(); loss.backward(); opt.step(); total.add_(loss); } "
            + "Console.WriteLine(total.item<float>());",
        TestName = "In_place_there_is_no_one_edit")]
    public Task Offers_nothing(string body) => CodeFixVerifier.VerifyNoFix<KeptGraphAnalyzer, ItemCodeFix>(Source(body), OutOfSight.Source);

    private static Task VerifyMembers(string members) =>
        AnalyzerVerifier.Verify<KeptGraphAnalyzer>(
            $$"""
            namespace Demo;
            public sealed class Trainer(Module<Tensor, Tensor> net, IReadOnlyList<Tensor> batches)
            {
                private Tensor total = zeros(1);
                private int count;
                public int Count => count + batches.Count;
                {{members}}
            }
            """,
            "FT3012");

    private static Task Verify(string body) => AnalyzerVerifier.Verify<KeptGraphAnalyzer>(Source(body), "FT3012", OutOfSight.Source);

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Linear net, optim.Optimizer opt, IReadOnlyList<(Tensor, Tensor)> batches, int n)
            {
                {{body}}
            }

            private static Tensor Loss(Linear net, (Tensor x, Tensor y) batch) => functional.cross_entropy(net.call(batch.x), batch.y);

            private static Tensor Step(Linear net, optim.Optimizer optimizer, (Tensor x, Tensor y) batch)
            {
                optimizer.zero_grad();
                var loss = Loss(net, batch);
                loss.backward();
                optimizer.step();
                return loss;
            }
        }
        """;
}
