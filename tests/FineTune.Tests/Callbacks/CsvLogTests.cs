using FineTune.Tests.Models;

namespace FineTune.Tests;

public sealed class CsvLogTests
{
    private string path = "";

    [SetUp]
    public void ChooseFile() => path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");

    [TearDown]
    public void DeleteFile() => File.Delete(path);

    [Test]
    public void Each_epoch_is_a_line_under_one_header()
    {
        Fit(0, 2, new CsvLog(path));

        var lines = File.ReadAllLines(path);
        Assert.That(lines[0], Is.EqualTo("epoch,phase,loss,accuracy,learning_rate_backbone,learning_rate_head"));
        Assert.That(lines.Select(line => line.Split(',')[0]), Is.EqualTo(new[] { "epoch", "0", "1" }));
        Assert.That(lines[1], Does.EndWith(",0.1,0.1"));
    }

    [Test]
    public void A_second_run_appends_without_a_second_header()
    {
        Fit(0, 2, new CsvLog(path));
        Fit(2, 3, new CsvLog(path, append: true));

        Assert.That(File.ReadAllLines(path).Select(line => line.Split(',')[0]), Is.EqualTo(new[] { "epoch", "0", "1", "2" }));
    }

    [Test]
    public void Without_append_an_old_log_is_replaced()
    {
        Fit(0, 2, new CsvLog(path));
        Fit(0, 1, new CsvLog(path));

        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(2));
    }

    [Test]
    public void A_second_phase_goes_on_in_the_same_columns()
    {
        var log = new CsvLog(path);
        using var model = LinearModel.Seeded();
        model.FreezeBackbone();
        model
            .Compile(Optimizers.SGD(0.5), Losses.BinaryCrossEntropyWithLogits())
            .Fit(Toy.Points(8, 3), Toy.Quiet with { Callbacks = [log] });
        model.UnfreezeBackbone();
        model.Recompile(0.25).Fit(Toy.Points(8, 3), Toy.Quiet with { InitialEpoch = 1, Epochs = 2, Callbacks = [log] });

        var lines = File.ReadAllLines(path);
        Assert.That(lines[0], Is.EqualTo("epoch,phase,loss,learning_rate_backbone,learning_rate_head"));
        Assert.That(lines[1], Does.StartWith("0,head,").And.EndWith(",,0.5"));
        Assert.That(lines[2], Does.StartWith("1,fine-tune (all layers),").And.EndWith(",0.25,0.25"));
        Assert.That(lines, Has.Length.EqualTo(3));
    }

    [Test]
    public void Appending_to_a_log_of_other_columns_is_an_error()
    {
        File.WriteAllText(path, "epoch,loss\n0,1\n");

        Assert.That(() => Fit(0, 1, new CsvLog(path, append: true)), Throws.TypeOf<FineTuneException>().With.Message.Contains(path));
        Assert.That(File.ReadAllText(path), Is.EqualTo("epoch,loss\n0,1\n"));
    }

    [Test]
    public void The_line_of_an_epoch_is_written_before_a_later_callback_fails()
    {
        var fail = new Recorder { AtEpochEnd = _ => throw new InvalidOperationException("later") };

        Assert.That(() => Fit(0, 1, new CsvLog(path), fail), Throws.InvalidOperationException);
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(2));
    }

    private static void Fit(int first, int epochs, params Callback[] callbacks)
    {
        using var model = LinearModel.Seeded();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy())
            .Fit(Toy.Points(8, 3), Toy.Quiet with { InitialEpoch = first, Epochs = epochs, Callbacks = callbacks });
    }
}
