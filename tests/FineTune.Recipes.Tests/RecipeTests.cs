using FineTune.Data;

namespace FineTune.Recipes.Tests;

/// <summary>
/// Floors of what the recipe comes to on real data: of a few samples and epochs at each change, of the table of <c>docs/recipes.md</c> at
/// night.
/// </summary>
[Category("Slow")]
public sealed class RecipeTests
{
    private static readonly bool IsWhole = Effort.Of(0, nightly: 1) == 1;

    [TestCase("mails", 240, 3, 0.85, 0.95)]
    [TestCase("fashion", 240, 3, 0.70, 0.83)]
    [TestCase("emoji", 480, 4, 0.60, 0.68)]
    public void Fine_tuning_is_worth_it_on_real_data(string name, int samples, int epochs, double floor, double wholeFloor)
    {
        var subject = Subject.All.Single(one => one.Name == name);
        var data = Data(subject);
        var trial = IsWhole
            ? Trial.Of(subject, data, seed: 1)
            : Trial.Of(
                subject with { Train = samples, Validation = Math.Min(120, subject.Validation), Test = Math.Min(300, subject.Test) },
                data,
                seed: 1,
                new() { FineTuneEpochs = epochs });

        TestContext.Out.WriteLine(trial);
        Assert.Multiple(() =>
        {
            Assert.That(trial.Before, Is.LessThan(0.65), "a head that has learned nothing guesses");
            Assert.That(trial.Head, Is.GreaterThan(trial.Before));
            Assert.That(trial.FineTuned, Is.GreaterThan(IsWhole ? wholeFloor : floor));
            Assert.That(trial.FineTuned, Is.GreaterThanOrEqualTo(trial.Head));
        });
    }

    private static IClassified Data(Subject subject)
    {
        try
        {
            return subject.Load();
        }
        catch (UnavailableException exception)
        {
            Assert.Ignore($"The data of '{subject.Name}' cannot be had here: {exception.Message}");
            throw;
        }
    }
}
