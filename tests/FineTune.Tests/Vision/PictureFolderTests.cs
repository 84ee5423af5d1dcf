using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;

namespace FineTune.Tests;

/// <summary>What lies in folders of pictures besides pictures, and how folders are called.</summary>
public sealed class PictureFolderTests
{
    private TemporaryFolder folder;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [TestCase("train", "validation")]
    [TestCase("Train", "Validation")]
    [TestCase("train", "val")]
    [TestCase("train", "valid")]
    [TestCase("training", "Validation")]
    [TestCase("training_set", "test_set")]
    [TestCase("Training Set", "Validation Set")]
    [TestCase("TRAIN", "TEST")]
    public void Parts_are_known_by_the_names_that_people_give_them_and_are_no_classes(string train, string validation)
    {
        Pictures($"{train}/cats/1.jpg", $"{train}/dogs/1.jpg", $"{train}/dogs/2.jpg",
            $"{validation}/cats/1.jpg", $"{validation}/dogs/1.jpg");

        var (training, validating) = ImageFolder.LoadSplit(folder.Path);

        Assert.That((training.Count, validating.Count), Is.EqualTo((3, 2)));
        Assert.That(training.Classes, Is.EqualTo(new[] { "cats", "dogs" }));
        Assert.That(
            () => ImageFolder.Load(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                $"'{folder.Path}' holds parts of the data, '{train}' and '{validation}', and not classes: call "
                    + $"ImageFolder.LoadSplit(\"{folder.Path}\"), or Load for one of them. If these are classes, state them in "
                    + "ImageFolderOptions.Classes."));
    }

    [Test]
    public void Where_there_is_a_part_to_validate_on_the_one_to_test_on_is_left_alone()
    {
        Pictures("train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/b/1.jpg", "test/a/1.jpg", "test/a/2.jpg", "test/b/1.jpg");

        Assert.That(ImageFolder.LoadSplit(folder.Path).Validation.Count, Is.EqualTo(2));
    }

    [Test]
    public void Two_folders_for_one_part_are_named()
    {
        Pictures("train/a/1.jpg", "train/b/1.jpg", "training/a/1.jpg", "training/b/1.jpg", "val/a/1.jpg", "val/b/1.jpg");

        Assert.That(
            () => ImageFolder.LoadSplit(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("the folders 'train' and 'training', which are names for the "
                + "same part"));
    }

    [Test]
    public void A_class_may_be_called_train()
    {
        Pictures("bus/1.jpg", "bus/2.jpg", "car/1.jpg", "car/2.jpg", "train/1.jpg", "train/2.jpg");

        Assert.That(ImageFolder.Load(folder.Path).Classes, Is.EqualTo(new[] { "bus", "car", "train" }));
        Assert.That(ImageFolder.LoadSplit(folder.Path).Train.Classes, Is.EqualTo(new[] { "bus", "car", "train" }));
    }

    [Test]
    public void Classes_that_are_stated_are_classes_whatever_they_are_called()
    {
        Pictures("test/1.jpg", "train/1.jpg");

        Assert.That(ImageFolder.Load(folder.Path, new() { Classes = ["train", "test"] }).ClassOf(0), Is.Zero);
    }

    [Test]
    public void Folders_that_all_hold_the_same_folders_are_parts_and_no_classes()
    {
        Pictures("north/cats/1.jpg", "north/dogs/1.jpg", "south/cats/1.jpg", "south/dogs/1.jpg");

        Assert.That(
            () => ImageFolder.Load(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("The folders north, south in").And.Message.Contains(
                "all hold the same folders, cats, dogs: these look like the classes"));
        Assert.That(ImageFolder.Load(folder.Path, new() { Classes = ["north", "south"] }).Count, Is.EqualTo(4));
    }

    [Test]
    public void Pictures_may_lie_deeper_in_their_class()
    {
        Pictures("cats/images/1.jpg", "dogs/images/1.jpg");

        Assert.That(ImageFolder.Load(folder.Path).Count, Is.EqualTo(2));
    }

    [Test]
    public void Hidden_files_and_those_of_operating_systems_are_no_samples_at_any_depth()
    {
        Pictures("cats/1.jpg", "cats/more/2.jpg", "dogs/1.jpg");
        Pictures(
            "cats/.ipynb_checkpoints/1-checkpoint.jpg", "cats/._1.jpg", "cats/more/.hidden.jpg", "cats/@eaDir/1.jpg",
            "dogs/__MACOSX/._1.jpg",
            "dogs/__MACOSX/1.jpg", "dogs/Thumbs.db", "dogs/.DS_Store", "__MACOSX/cats/1.jpg", ".git/1.jpg",
            "$RECYCLE.BIN/1.jpg", "desktop.ini");

        var data = ImageFolder.Load(folder.Path);

        Assert.That(Paths(data), Is.EqualTo(new[] { "cats/1.jpg", "cats/more/2.jpg", "dogs/1.jpg" }));
        Assert.That(data.Classes, Is.EqualTo(new[] { "cats", "dogs" }));
        Assert.That(data.Remark, Is.Null);
    }

    [Test]
    public void What_is_left_out_is_counted_by_the_ends_of_names_and_shown()
    {
        Pictures("cats/1.jpg", "dogs/1.jpg", "dogs/2.jpg");
        Pictures("cats/a.tif", "cats/deep/b.TIF", "dogs/c.tif", "dogs/notes.txt", "readme", "lost.png");

        var data = ImageFolder.Load(folder.Path);

        const string Sentence = "6 files left out: 3 .tif, 1 .png outside of the class folders, 1 .txt, 1 without an extension.";
        Assert.That(data.Remark, Is.EqualTo(Sentence));
        Assert.That(data.LeftOut[".tif"], Is.EqualTo(3));
        Assert.That(data.ToString(), Is.EqualTo($"3 pictures of 2 classes; {Sentence}"));
        Assert.That(new ClassifiedSubset(data, [0, 1]).Remark, Is.EqualTo(Sentence));
    }

    [Test]
    public void Fit_shows_what_was_left_out()
    {
        using var model = Topped.With(2);
        var data = new Remarked(new Classed(9, "a", "b"));

        var history = model.Compile(Optimizers.SGD(0.1), Losses.CategoricalCrossEntropy())
            .Fit(data, Toy.Quiet with { ValidationData = data });

        Assert.That(history.Warnings, Is.EqualTo(new[] { new TrainingWarning(WarningKind.AboutData, "3 files left out.") }));
    }

    [Test]
    public void A_class_of_other_files_only_says_which()
    {
        Pictures("cats/1.jpg", "dogs/1.heic", "dogs/2.heic");

        Assert.That(
            () => ImageFolder.Load(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.EndsWith("2 files left out: 2 .heic."));
    }

    [Test]
    public void A_class_without_pictures_can_be_stated()
    {
        Pictures("cats/1.jpg", "owls/1.jpg");

        var data = ImageFolder.Load(folder.Path, new() { Classes = ["cats", "dogs", "owls"] });

        Assert.That(Enumerable.Range(0, 2).Select(data.ClassOf), Is.EqualTo(new[] { 0, 2 }));
        Assert.That(
            () => ImageFolder.Load(folder.Path, new() { Classes = ["cats", "dogs"] }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("has a folder 'owls', which is none of the classes"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Links take rights there.")]
    public void Links_are_followed_and_count_what_is_there_once()
    {
        Pictures("cats/1.jpg", "dogs/1.jpg", ".elsewhere/5.jpg", ".elsewhere/deep/6.jpg");
        Directory.CreateSymbolicLink(folder["cats/linked"], folder[".elsewhere"]);
        Directory.CreateSymbolicLink(folder["cats/again"], folder[".elsewhere"]);
        Directory.CreateSymbolicLink(folder["cats/self"], folder["cats"]);
        Directory.CreateSymbolicLink(folder["cats/up"], folder.Path);
        Directory.CreateSymbolicLink(folder["cats/over"], "/");
        Directory.CreateSymbolicLink(folder["cats/other"], folder["dogs"]);
        Directory.CreateSymbolicLink(folder["cats/circle"], folder["cats/circle"]);
        File.CreateSymbolicLink(folder["cats/same.jpg"], folder["cats/1.jpg"]);

        Assert.That(Paths(ImageFolder.Load(folder.Path)),
            Is.EqualTo(new[] { "cats/1.jpg", "cats/again/5.jpg", "cats/again/deep/6.jpg", "dogs/1.jpg" }));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Links take rights there.")]
    public void A_class_folder_may_be_a_link_itself()
    {
        Pictures("cats/1.jpg", ".disk/1.jpg");
        Directory.CreateSymbolicLink(folder["dogs"], folder[".disk"]);

        Assert.That(Paths(ImageFolder.Load(folder.Path)), Is.EqualTo(new[] { "cats/1.jpg", "dogs/1.jpg" }));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Links take rights there.")]
    public void One_picture_in_two_classes_is_an_error_that_names_both()
    {
        Pictures("cats/1.jpg", "dogs/1.jpg");
        File.CreateSymbolicLink(folder["dogs/2.jpg"], folder["cats/1.jpg"]);

        Assert.That(
            () => ImageFolder.Load(folder.Path),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                $"'{folder["cats/1.jpg"]}' and '{folder["dogs/2.jpg"]}' are one picture, of two classes; a picture is of one class."));
    }

    // Nothing is read of them.
    private void Pictures(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], "");
        }
    }

    private IEnumerable<string> Paths(ImageFolder data) =>
        Enumerable.Range(0, data.Count).Select(index => Path.GetRelativePath(folder.Path, data.Describe(index).Trim('\'')));

    private sealed class Remarked(IClassified data) : IClassified
    {
        public string Remark => "3 files left out.";

        public IReadOnlyList<string> Classes => data.Classes;

        public int Count => data.Count;

        public int ClassOf(int index) => data.ClassOf(index);

        public Sample Read(int index, Random random) => data.Read(index, random);
    }
}
