using System.Text.RegularExpressions;
using FineTune;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Pictures;
using FineTune.Tests;

namespace CatsVsDogs.Tests;

public sealed class RecipeTests
{
    private static readonly Lazy<(Summary Summary, string Printed)> Gentle = new(() => Run(Sandbox.Small));

    // What the caches saved is told by a list, and in seconds.
    private static Summary Numbers(Summary summary) => summary with { Caches = [] };

    private static (Summary Summary, string Printed) Run(PictureOptions options, CancellationToken cancellation = default)
    {
        var output = new StringWriter();
        var summary = Program.Run(options, output, cancellation);
        summary.Print(output);
        return (summary, output.ToString());
    }

    [Test]
    public void It_says_what_the_feature_cache_saved_in_each_phase()
    {
        Assert.That(
            Gentle.Value.Printed,
            Does.Match(
                @"Head phase: The frozen part was computed for \d+ samples in .* s and \d+ times taken from .* MiB in memory, which "
                    + @"saved .* s\."));
        Assert.That(Gentle.Value.Printed, Does.Match(@"Fine-tuning: The frozen part was computed for \d+ samples"));
        Assert.That(Gentle.Value.Summary.Caches, Has.Count.EqualTo(2));
    }

    [Test]
    public void Both_phases_lower_the_validation_loss()
    {
        var summary = Gentle.Value.Summary;

        Assert.That(summary.Head!.Loss, Is.LessThan(summary.Before!.Loss));
        Assert.That(summary.FineTuned!.Loss, Is.LessThan(summary.Before.Loss));
    }

    [Test]
    [Category("Slow")]
    public void A_gentle_rate_forgets_less_of_another_task_than_a_hundred_times_as_much()
    {
        (var jackhammer, _) = Run(Sandbox.Small with { LearningRate = 1e-2 });
        Forgetting gentle = Gentle.Value.Summary.OtherTask!, rough = jackhammer.OtherTask!;

        TestContext.Out.WriteLine($"{gentle} gently, {rough} not so");
        Assert.Multiple(() =>
        {
            Assert.That(rough.Before, Is.EqualTo(gentle.Before), "both start from the same");
            Assert.That(gentle.After, Is.GreaterThan(rough.After));
        });
    }

    [Test]
    [Category("Slow")]
    public void The_same_seed_gives_the_same_numbers()
    {
        var brief = Sandbox.Small with { Epochs = 2 };

        Summary first = Run(brief).Summary, second = Run(brief).Summary;

        Assert.That(Numbers(second), Is.EqualTo(Numbers(first)));
    }

    [Test]
    public void What_is_printed_is_the_recipe_in_its_order()
    {
        string[] lines = [.. Gentle.Value.Printed.Split('\n').Where(line => line.StartsWith("Layer", StringComparison.Ordinal))];

        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Is.EqualTo("Layers are frozen: True"));
            Assert.That(lines[1], Is.EqualTo("Layer 0: conv1 - Trainable: False"));
            Assert.That(lines[1..^1].Select(line => Regex.IsMatch(line, @"^Layer \d+: [\w.]+ - Trainable: (True|False)$")), Is.All.True);
            Assert.That(lines[1..^1].Count(line => line.EndsWith("True", StringComparison.Ordinal)), Is.EqualTo(20));
            Assert.That(lines[^1], Is.EqualTo("Layers are frozen: False"));
        });
    }

    [Test]
    public void The_table_has_before_head_and_fine_tuned_and_what_was_forgotten()
    {
        (var summary, var printed) = Gentle.Value;
        var (before, head, fine) = (summary.Before!, summary.Head!, summary.FineTuned!);

        Assert.Multiple(() =>
        {
            Assert.That(printed, Does.Match(@"before\s+head\s+fine-tuned"));
            Assert.That(printed, Does.Match($@"validation loss\s+{before.Loss:F4}\s+{head.Loss:F4}\s+{fine.Loss:F4}"));
            Assert.That(
                printed,
                Does.Match($@"validation accuracy\s+{before.Accuracy:0.0%}\s+{head.Accuracy:0.0%}\s+{fine.Accuracy:0.0%}"));
            Assert.That(printed, Does.Match($@"epoch whose weights were kept\s+-\s+{head.Epoch}\s+{fine.Epoch}"));
            Assert.That(printed, Does.Match(@"Forgotten of the other task: \d+\.\d%\."));
            Assert.That(fine.Epoch, Is.GreaterThan(head.Epoch!.Value), "the second phase goes on counting");
        });
    }

    [Test]
    public void Interrupted_in_the_second_phase_it_ends_with_the_table_of_the_first()
    {
        using var cancellation = new CancellationTokenSource();
        var output = new Interrupting("Layers are frozen: False", cancellation);

        var summary = Program.Run(Sandbox.Small with { Epochs = 2 }, output, cancellation.Token);
        summary.Print(output);

        Assert.Multiple(() =>
        {
            Assert.That(summary.Head, Is.Not.Null);
            Assert.That(summary.FineTuned, Is.Null);
            Assert.That(output.ToString(), Does.Match(@"validation loss\s+\d\.\d{4}\s+\d\.\d{4}\s+-"));
        });
    }

    [Test]
    [Category("Slow")]
    public void Interrupted_it_goes_on_where_it_was_when_it_is_run_again()
    {
        var brief = Sandbox.Small with { Epochs = 2, Seed = 21 };
        var whole = Run(brief).Summary;
        Assert.That(brief.Backups(), Does.Not.Exist, "nothing is left of a training that is done");
        using var cancellation = new CancellationTokenSource();
        Program.Run(brief, new Interrupting("Layers are frozen: False", cancellation), cancellation.Token);
        Assert.That(brief.Backups(), Does.Exist);

        var resumed = Run(brief).Summary;

        Assert.That(Numbers(resumed), Is.EqualTo(Numbers(whole)));
        Assert.That(brief.Backups(), Does.Not.Exist);
    }

    [Test]
    public void The_report_shows_both_phases_and_pictures()
    {
        Assert.That(Gentle.Value.Printed, Does.Match(@"Wrote curves, layers and mistakes to '.*\.html'"));
        var page = File.ReadAllText(Regex.Match(Gentle.Value.Printed, @"'(.*\.html)'").Groups[1].Value);

        Assert.That(
            page,
            Does.Contain("fine-tune (last 20 layers)")
                .And.Contain("data:image/png;base64")
                .And.Match("<figcaption><b>(cat|dog)</b> [^<]*%"));
    }

    [Test]
    public void Interrupted_at_once_it_ends_with_an_empty_table()
    {
        (var summary, var printed) = Run(Sandbox.Small, new CancellationToken(canceled: true));

        Assert.Multiple(() =>
        {
            Assert.That(summary.Head, Is.Null);
            Assert.That(printed, Does.Match(@"validation loss\s+\S+\s+-\s+-"));
        });
    }

    [Test]
    public void Three_classes_are_one_too_many()
    {
        var options = Sandbox.Small with { Animals = Sandbox.Small.Figures };

        Assert.That(
            () => Run(options),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("has 4 classes; this program tells 2 apart."));
    }
}
