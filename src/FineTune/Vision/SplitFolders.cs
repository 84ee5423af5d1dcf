namespace FineTune.Vision;

/// <summary>The parts of a data set by the names that people give their folders.</summary>
internal sealed record SplitFolders(string? Train, string? Validation, IReadOnlyList<string> Others)
{
    private static readonly string[] Training = ["train", "training", "train_set", "training_set", "trainset", "trainingset"];

    // The first that is there: a set to test on stands in where there is none to validate on.
    private static readonly string[][] Validating =
    [
        ["validation", "val", "valid", "validation_set", "val_set", "valset", "validationset"],
        ["test", "testing", "test_set", "testset"],
    ];

    /// <summary>Whether both parts are there.</summary>
    public bool AreBoth => Train is not null && Validation is not null;

    /// <summary>Whether one is, and nothing that could be a class besides.</summary>
    public bool IsHalf => Train is null != Validation is null && Others.Count == 0;

    /// <exception cref="FineTuneException">There are two folders for one part.</exception>
    public static SplitFolders In(string root)
    {
        var folders = PictureFolder.Folders(root);
        var train = Named(root, folders, Training);
        var parts = Array.ConvertAll(Validating, names => Named(root, folders, names));
        var known = parts.Append(train).ToList();
        return new(train, parts.FirstOrDefault(part => part is not null), [.. folders.Where(folder => !known.Contains(folder))]);
    }

    private static string? Named(string root, List<string> folders, string[] names)
    {
        var those = folders.FindAll(folder => names.Contains(Normal(folder)));
        return those.Count <= 1
            ? those.FirstOrDefault()
            : throw new FineTuneException(
                $"'{root}' has the folders '{those[0]}' and '{those[1]}', which are names for the same part of the data; remove "
                    + "one, or load the parts by themselves with ImageFolder.Load.");
    }

    private static string Normal(string name) => name.ToLowerInvariant().Replace('-', '_').Replace(' ', '_');
}
