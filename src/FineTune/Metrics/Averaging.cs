namespace FineTune;

/// <summary>How a number that each class has becomes one.</summary>
public enum Averaging
{
    /// <summary>With two classes, the number of the positive one.</summary>
    Binary,

    /// <summary>Over all decisions: every sample counts the same.</summary>
    Micro,

    /// <summary>The mean over classes: every class counts the same. A class without samples and predictions counts as 0.</summary>
    Macro,
}
