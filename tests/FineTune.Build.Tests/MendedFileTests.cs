namespace FineTune.Build.Tests;

/// <summary>How a copy comes to be, and stays.</summary>
public sealed class MendedFileTests
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "finetune-mended-" + Guid.NewGuid().ToString("N"));

    private string File1 => Path.Combine(folder, "new", "file");

    [TearDown]
    public void Delete()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void File_is_written_once()
    {
        Assert.That(MendedFile.Write(File1, [1, 2, 3]), Is.True);
        var time = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(File1, time);

        Assert.That(MendedFile.Write(File1, [1, 2, 3]), Is.False);
        Assert.That(File.GetLastWriteTimeUtc(File1), Is.EqualTo(time).Within(TimeSpan.FromSeconds(2)), "what is the same stays");

        Assert.That(MendedFile.Write(File1, [1, 2, 4]), Is.True);
        Assert.That(File.ReadAllBytes(File1), Is.EqualTo(new byte[] { 1, 2, 4 }));
        Assert.That(File.GetLastWriteTimeUtc(File1), Is.GreaterThan(time.AddHours(1)), "what is not is new");
    }

    [Test]
    public void Open_file_keeps_its_content_when_another_takes_its_place()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows does not delete an open file.");
        }

        MendedFile.Write(File1, [1, 2, 3]);
        using var output = File.OpenRead(File1);
        MendedFile.Write(File1, [4, 5, 6]);
        Assert.That(output.ReadByte(), Is.EqualTo(1), "it is the same for a hard link");
    }

    [Test]
    public void Builds_may_write_at_once()
    {
        var content = new byte[100_000];
        Parallel.For(0, 200, new() { MaxDegreeOfParallelism = 8 }, _ => MendedFile.Write(File1, content));
        Assert.That(File.ReadAllBytes(File1), Is.EqualTo(content));
        Assert.That(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(File1)!), Has.Exactly(1).Items, "nothing is left behind");
    }
}
