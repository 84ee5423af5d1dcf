using FineTune.Tests.Models;
using Spectre.Console;
using Recorder = FineTune.Tests.Models.Recorder;

namespace FineTune.Tests;

public sealed class ProgressTests
{
    [Test]
    public void Lines_show_epoch_phase_loss_and_metrics_and_then_the_outcome()
    {
        using var output = new StringWriter { NewLine = "\n" };

        Fit(2, new ProgressLines(output));

        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(
            lines[0],
            Does.Match(
                @"^Epoch 0/1  fine-tune \(all layers\)  loss 0\.\d{4}  accuracy \d\.\d{4}  val_loss 0\.\d{4}  val_accuracy "
                    + @"\d\.\d{4}  \d+\.\d s$"));
        Assert.That(lines[1], Does.StartWith("Epoch 1/1"));
        Assert.That(lines[2], Does.Match(@"^All epochs ran, up to epoch 1\. The weights are those of epoch \d \(val_loss 0\.\d{4}\)\.$"));
    }

    [Test]
    public void Lines_show_warnings()
    {
        using var output = new StringWriter();
        var warn = new Recorder { AtEpochEnd = fit => fit.Warn(new TrainingWarning(WarningKind.ParameterUnmoved, "Look here.")) };

        Fit(1, new ProgressLines(output), warn);

        Assert.That(output.ToString(), Does.Contain("Warning: Look here."));
    }

    [Test]
    public void Bars_show_each_epoch_with_loss_and_metrics_and_then_the_outcome()
    {
        using var output = new StringWriter();
        var console = Terminal(output);
        console.Profile.Width = 160;

        Fit(2, new ProgressBar(console));

        var text = output.ToString();
        Assert.That(text, Does.Contain("Epoch 0/1").And.Contain("Epoch 1/1").And.Contain("val_accuracy").And.Contain("100%"));
        Assert.That(text, Does.Contain("All epochs ran, up to epoch 1."));
    }

    [Test]
    public void A_bar_that_an_exception_cuts_short_is_closed()
    {
        using var output = new StringWriter();
        var console = Terminal(output);
        var fail = new Recorder { AtBatchEnd = _ => throw new InvalidOperationException("cut") };

        Assert.That(() => Fit(1, new ProgressBar(console), fail), Throws.InvalidOperationException);

        // Another live display may open: the first one let go of the console.
        Assert.That(() => Fit(1, new ProgressBar(console)), Throws.Nothing);
    }

    private static IAnsiConsole Terminal(StringWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(output),
    });

    private static void Fit(int epochs, params Callback[] callbacks)
    {
        using var model = Mlp.Seeded();
        model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy()).Fit(Toy.Points(), Toy.Quiet with
        {
            Epochs = epochs,
            ValidationData = Toy.Points(seed: 3),
            Callbacks = [new EarlyStopping(patience: 9), .. callbacks],
        });
    }
}
