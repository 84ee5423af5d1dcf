using System.ComponentModel;

namespace FineTune.CompilerServices;

/// <summary>Checks what generated code is called with.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Inputs
{
    /// <summary>Fails where there are not as many inputs as names.</summary>
    /// <param name="model">Whose inputs they are.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="names">What the model calls them.</param>
    /// <exception cref="FineTuneException">There are more, or fewer.</exception>
    public static void Check(object model, Tensors inputs, params string[] names)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(names);
        if (inputs.Count != names.Length)
        {
            throw WrongCount(model, names, inputs.Count);
        }
    }

    /// <summary>The error of a model that is given too few inputs, or too many.</summary>
    internal static FineTuneException WrongCount(object model, IReadOnlyList<string> names, int count) => new(
        $"{model.GetType().Name} takes {(names.Count == 1 ? "one input" : $"{names.Count} inputs ({string.Join(", ", names)})")}, but is "
            + $"given {count}. A sample has as many, in that order, as in new Sample([first, second], target).");
}
