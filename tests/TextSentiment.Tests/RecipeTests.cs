using System.Text.RegularExpressions;
using FineTune;
using FineTune.SampleSupport;
using FineTune.SampleSupport.Sentences;
using FineTune.Tests;

namespace TextSentiment.Tests;

public sealed class RecipeTests
{
    private static readonly Lazy<(Summary Summary, string Printed)> Whole = new(() =>
        Run(
            Sandbox.Small with
            {
                Cache = Sandbox.NewFolder(),
                Reviews = SentenceSet.Reviews with { Count = 400 },
                Epochs = 6,
            }));

    // What the caches saved is told by a list, and in seconds.
    private static Summary Numbers(Summary summary) => summary with { Caches = [] };

    private static SentenceSampleOptions Brief => Sandbox.Small with { Epochs = 2 };

    private static (Summary Summary, string Printed) Run(SentenceSampleOptions options, CancellationToken cancellation = default)
    {
        var output = new StringWriter();
        var summary = Program.Run(options, output, cancellation);
        summary.Print(output);
        return (summary, output.ToString());
    }

    [Test]
    public void Fine_tuning_learns_what_a_frozen_backbone_cannot_see()
    {
        var summary = Whole.Value.Summary;

        Assert.Multiple(() =>
        {
            Assert.That(summary.Before!.Accuracy, Is.InRange(0.3, 0.7), "a head that has learned nothing guesses");
            Assert.That(summary.Head!.Accuracy, Is.GreaterThan(summary.Before.Accuracy));
            Assert.That(summary.FineTuned!.Accuracy, Is.GreaterThan(summary.Head.Accuracy));
            Assert.That(summary.FineTuned.Loss, Is.LessThan(summary.Head.Loss));
            Assert.That(summary.OtherTask!.Before, Is.GreaterThan(0.8), "the pre-trained network knows topics");
        });
    }

    [Test]
    public void What_is_printed_is_the_recipe_in_its_order()
    {
        Assert.That(
            Whole.Value.Printed,
            Does.Match(
                @"(?s)^320 sentences to train on and 80 to validate on: complaint or praise\..*Layers are "
                    + @"frozen: True.*Layer 0: embeddings\.word_embeddings - Trainable: False.*Layers are frozen: False.*Saved the "
                    + @"model.*Wrote curves, layers and mistakes.*before\s+head\s+fine-tuned.*Head phase: The frozen "
                    + @"part was computed for \d+ samples.*Fine-tuning: The frozen part was computed for"));
    }

    [Test]
    public void The_report_shows_both_phases_and_sentences_that_were_mistaken()
    {
        var page = File.ReadAllText(Regex.Match(Whole.Value.Printed, @"'(.*\.html)'").Groups[1].Value);

        Assert.That(
            page,
            Does.Contain("fine-tune (last 2 blocks)")
                .And.Match(
                    "reviews-400.csv.*, line \\d+"));
    }

    [Test]
    public void Interrupted_in_the_second_phase_it_ends_with_the_table_of_the_first()
    {
        using var cancellation = new CancellationTokenSource();
        var output = new Interrupting("Layers are frozen: False", cancellation);

        var summary = Program.Run(Brief with { Seed = 20 }, output, cancellation.Token);
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
        var brief = Brief with { Seed = 21 };
        var whole = Run(brief).Summary;
        Assert.That(brief.Backups(), Does.Not.Exist, "nothing is left of a training that is done");
        using var cancellation = new CancellationTokenSource();
        Program.Run(brief, new Interrupting("Layers are frozen: False", cancellation), cancellation.Token);
        Assert.That(Path.Combine(brief.Backups(), "head"), Does.Exist);

        (var resumed, var printed) = Run(brief);

        Assert.That(Numbers(resumed), Is.EqualTo(Numbers(whole)));
        Assert.That(
            printed,
            Does.Contain("Fine-tuning: The frozen part").And.Not.Contain("Head phase: The frozen part"),
            "the head phase was finished before");
        Assert.That(brief.Backups(), Does.Not.Exist);
    }

    [Test]
    public void Other_options_are_another_training()
    {
        SentenceSampleOptions[] others =
        [
            Brief,
            Brief with
            {
                Seed = 2,
            },
            Brief with
            {
                Length = 20,
            },
            Brief with
            {
                LearningRate = 1e-5,
            },
            Brief with
            {
                Epochs = 3,
            },
            Brief with
            {
                Data = "a.csv",
            },
            Brief with
            {
                Text = "a",
            },
            Brief with
            {
                Target = "a",
            },
        ];

        Assert.That(others.Select(options => options.Backups()), Is.Unique);
        Assert.That((Brief with { Progress = ProgressStyle.Lines }).Backups(), Is.EqualTo(Brief.Backups()));
    }

    [Test]
    [Category("Slow")]
    public void The_same_seed_gives_the_same_numbers()
    {
        Summary first = Run(Brief).Summary, second = Run(Brief).Summary;

        Assert.That(Numbers(second), Is.EqualTo(Numbers(first)));
    }

    [Test]
    public void Interrupted_at_once_it_ends_with_a_table_of_nothing()
    {
        var summary = Run(Sandbox.Small, new CancellationToken(canceled: true)).Summary;

        Assert.That(new object?[] { summary.Head, summary.FineTuned, summary.OtherTask }, Is.All.Null);
    }

    [Test]
    public void Eight_classes_are_too_many() =>
        Assert.That(
            () => Run(Sandbox.Small with { Cache = Sandbox.NewFolder(), Reviews = Sandbox.Small.Topics }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("has 8 classes; this program tells 2 apart."));
}
