using FineTune.SampleSupport.Pictures;

namespace CatsVsDogs.Tests;

public sealed class PictureSetTests
{
    private static readonly PictureSet Tiny = new("tiny", ["cat", "dog", "star"], Train: 4, Validation: 2);

    [Test]
    public void A_set_is_drawn_once_half_PNG_and_half_JPEG_the_same_for_everyone()
    {
        string folder = Tiny.Drawn(Sandbox.NewFolder()), other = Tiny.Drawn(Sandbox.NewFolder());
        var files = Files(folder);
        var written = File.GetLastWriteTimeUtc(Path.Combine(folder, files[0]));

        Tiny.Drawn(Path.GetDirectoryName(folder)!);

        Assert.Multiple(() =>
        {
            Assert.That(files, Has.Length.EqualTo(3 * (4 + 2)));
            Assert.That(files.Count(file => file.EndsWith(".png", StringComparison.Ordinal)), Is.EqualTo(9));
            Assert.That(files.Count(file => file.EndsWith(".jpg", StringComparison.Ordinal)), Is.EqualTo(9));
            Assert.That(Files(other), Is.EqualTo(files));
            Assert.That(
                files.All(file =>
                    File.ReadAllBytes(Path.Combine(folder, file)).SequenceEqual(File.ReadAllBytes(Path.Combine(other, file)))));
            Assert.That(File.GetLastWriteTimeUtc(Path.Combine(folder, files[0])), Is.EqualTo(written));
        });
    }

    [Test]
    public void A_set_whose_drawing_was_killed_is_drawn_anew()
    {
        var parent = Sandbox.NewFolder();
        Directory.CreateDirectory(Path.Combine(parent, ".tiny-0123", "train", "cat"));

        Assert.That(Files(Tiny.Drawn(parent)), Has.Length.EqualTo(18));
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order()];
}
