using FineTune;
using TextSentiment.Writing;

namespace TextSentiment.Tests;

public sealed class RecipeTests
{
    private static readonly Lazy<(Summary Summary, string Printed)> Whole = new(() => Run(Sandbox.Small with { Reviews = SentenceSet.Reviews, Topics = SentenceSet.Topics, SourceEpochs = 4, Epochs = 14 }));

    private static (Summary Summary, string Printed) Run(RecipeOptions options, CancellationToken cancellation = default)
    {
        var output = new StringWriter();
        Summary summary = Recipe.Run(options, output, cancellation);
        summary.Print(output);
        return (summary, output.ToString());
    }

    [Test]
    public void Fine_tuning_learns_what_a_frozen_backbone_cannot_see()
    {
        Summary summary = Whole.Value.Summary;

        Assert.Multiple(() =>
        {
            Assert.That(summary.Head!.Accuracy, Is.InRange(0.6, 0.9), "a head on words alone misses the negated quarter");
            Assert.That(summary.FineTuned!.Accuracy, Is.GreaterThan(summary.Head.Accuracy));
            Assert.That(summary.FineTuned.Loss, Is.LessThan(summary.Head.Loss));
            Assert.That(summary.SourceBefore, Is.GreaterThan(0.8), "pre-training worked");
        });
    }

    [Test]
    public void What_is_printed_is_the_recipe_in_its_order()
    {
        Assert.That(Whole.Value.Printed, Does.Match(
            @"(?s)^960 sentences to train on and 240 to validate on: complaint or praise\..*Loaded \d+ tensors.*Layers are frozen: True.*Layers are frozen: False.*Saved the backbone.*after the head phase\s+after fine-tuning"));
    }

    [Test]
    public void The_same_seed_gives_the_same_numbers()
    {
        RecipeOptions brief = Sandbox.Small with { Epochs = 2, SourceEpochs = 1 };

        Summary first = Run(brief).Summary, second = Run(brief).Summary;

        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public void Interrupted_at_once_it_ends_with_an_empty_table() =>
        Assert.That(Run(Sandbox.Small, new CancellationToken(canceled: true)).Summary, Is.EqualTo(Summary.Nothing));

    [Test]
    public void Eight_classes_are_too_many() =>
        Assert.That(() => Run(Sandbox.Small with { Reviews = Sandbox.Small.Topics }), Throws.TypeOf<FineTuneException>().With.Message.Contains("has 8 classes; this program tells 2 apart."));
}
