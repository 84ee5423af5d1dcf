using FineTune.Data;

namespace FineTune.Recipes.Tests;

/// <summary>
/// What the recipe's defaults must come to on real data: floors below the table of <c>docs/recipes.md</c> by two of its deviations.
/// </summary>
[Category("Slow")]
public sealed class RecipeTests
{
    [TestCase("mails", 0.90, 0.92)]
    [TestCase("fashion", 0.75, 0.75)]
    [TestCase("emoji", 0.55, 0.55)]
    public void Fine_tuning_is_worth_it_on_real_data(string name, double head, double fineTuned)
    {
        var subject = Subject.All.Single(one => one.Name == name);
        var trial = Trial.Of(subject, Data(subject), seed: 1);

        TestContext.Out.WriteLine(trial);
        Assert.Multiple(() =>
        {
            Assert.That(trial.Head, Is.GreaterThan(head));
            Assert.That(trial.FineTuned, Is.GreaterThan(fineTuned));
            Assert.That(trial.FineTuned, Is.GreaterThanOrEqualTo(trial.Head - 0.01));
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
