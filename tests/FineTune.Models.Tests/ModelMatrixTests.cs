using System.Runtime.CompilerServices;

namespace FineTune.Models.Tests;

/// <summary>
/// Every class of the matrix trains a head and then a part of its backbone with the losses of a loop of TorchSharp's own, goes on after a
/// stop with the same bits, and is split or says why not.
/// </summary>
public sealed class ModelMatrixTests
{
    // Sums are taken in another order where the frozen part is computed apart: 1e-6 a step, of which there are twelve.
    private const double Percent = 1e-2;

    [Test]
    public void Matrix_has_at_least_forty_classes()
    {
        Assert.That(Matrix.All, Has.Count.GreaterThanOrEqualTo(40));
        Assert.That(Matrix.All.Select(one => one.Name), Is.Unique);
    }

    [TestCaseSource(typeof(Matrix), nameof(Matrix.Cases))]
    public void Trains_as_a_loop_by_hand_does(string name)
    {
        var one = Matrix.Of(name);
        var expected = one.ByHand();
        var (losses, kept) = one.Fitted();

        Assert.That(losses, Is.EqualTo(expected).Within(Percent).Percent);
        Assert.That(losses, Is.Unique, "it learns");
        if (one.NotKept is { } why)
        {
            Assert.That(kept.Reason, Does.Contain(why));
        }
        else
        {
            Assert.That(kept.Reason, Is.Null);
            Assert.That(kept.Reused, Is.EqualTo(ModelCase.Samples), "in the second epoch");
        }
    }

    [TestCaseSource(typeof(Matrix), nameof(Matrix.Cases))]
    public void Goes_on_after_a_stop_with_the_same_bits(string name)
    {
        var one = Matrix.Of(name);
        var folder = Directory.CreateTempSubdirectory("finetune");
        try
        {
            var whole = one.Text(null, null);
            Assert.That(one.Text(folder.FullName, stopAt: 2), Is.Null, "in the first epoch");
            Assert.That(one.Text(folder.FullName, stopAt: 6), Is.Null, "in the second phase");
            Assert.That(one.Text(folder.FullName, stopAt: null), Is.EqualTo(whole));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Page_lists_the_classes_and_whether_they_are_split()
    {
        var rows = Matrix.All.Select(one => $"| {one.Name} | {one.NotKept ?? "yes"} |");

        Assert.That(
            File.ReadAllText(Page()), Does.Contain(string.Join('\n', rows)), "Put these rows into the table of docs/models.md.");
    }

    private static string Page([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "models.md");
}
