namespace FineTune.Tests;

/// <summary>Trainings that a process begins and another one ends.</summary>
public sealed class ResumeInANewProcessTests
{
    private static readonly Lazy<string> Undisturbed = new(() =>
    {
        using var folder = new TemporaryFolder();
        var (output, exitCode) = ChildTraining.Start(folder.Path, ChildTraining.Complete);
        Assert.That(exitCode, Is.Zero, output);
        return output;
    });

    // Five batches an epoch, two a step, three epochs of the head: 1 and 8 wait for a step, 7 is in the middle of an
    // epoch, 15 is the head's last and 16 the first of fine-tuning. A kill at 6 leaves the backup right after the first
    // epoch, which improved, and one at 16 the backup of the finished head.
    [TestCase(ChildTraining.Cancel, 8)]
    [TestCase(ChildTraining.Kill, 16)]
    [TestCase(ChildTraining.Cancel, 1, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 15, Category = "Slow")]
    [TestCase(ChildTraining.Kill, 6, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 2, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 5, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 7, Category = "Slow")]
    [TestCase(ChildTraining.Kill, 11, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 16, Category = "Slow")]
    [TestCase(ChildTraining.Kill, 21, Category = "Slow")]
    [TestCase(ChildTraining.Cancel, 23, Category = "Slow")]
    [TestCase(ChildTraining.Kill, 26, Category = "Slow")]
    public void Everything_is_bit_for_bit_that_of_one_process(string what, int batch)
    {
        using var folder = new TemporaryFolder();
        var (_, exitCode) = ChildTraining.Start(folder.Path, what, batch);
        Assert.That(exitCode, what == ChildTraining.Kill ? Is.EqualTo(128 + 9) : Is.EqualTo(ChildTraining.Stopped));

        var (output, _) = ChildTraining.Start(folder.Path, ChildTraining.Complete);

        Assert.That(output, Is.EqualTo(Undisturbed.Value));
    }

    [TestCase(2, TestName = "Ctrl_C_ends_after_the_step_under_way_and_a_resume_goes_on")]
    [TestCase(15, TestName = "SIGTERM_ends_after_the_step_under_way_and_a_resume_goes_on", Category = "Slow")]
    public void A_signal_ends_after_the_step_under_way_and_a_resume_goes_on(int signal)
    {
        using var folder = new TemporaryFolder();
        var (_, exitCode) = ChildTraining.Start(folder.Path, ChildTraining.Awaiting, batch: 8, during: child =>
        {
            while (child.StandardOutput.ReadLine() is { } line && line != "batch 8")
            {
            }

            ChildTraining.Signal(child, signal);
        });
        Assert.That(exitCode, Is.EqualTo(ChildTraining.Stopped));

        var (output, _) = ChildTraining.Start(folder.Path, ChildTraining.Complete);

        Assert.That(output, Is.EqualTo(Undisturbed.Value));
    }

    [TestCase(ChildTraining.FullDisk)]
    [TestCase(ChildTraining.ReadOnly, Category = "Slow")]
    public void What_cannot_be_written_is_named_and_harms_nothing(string what)
    {
        using var folder = new TemporaryFolder();

        var (message, exitCode) = ChildTraining.Start(folder.Path, what, batch: 8);

        Assert.That(exitCode, Is.EqualTo(ChildTraining.Failed), message);
        Assert.That(message, Does.StartWith($"The weights cannot be written to '{folder["head"]}"));
        Assert.That(Directory.GetFiles(folder["head"]), Has.Length.EqualTo(2), "two checkpoints as before, and no remains of a third");
        ChildTraining.AllowWriting(folder["head"]);
        Assert.That(ChildTraining.Start(folder.Path, ChildTraining.Complete).Output, Is.EqualTo(Undisturbed.Value));
    }
}
