using static TorchSharp.torch;

namespace FineTune.Vision;

/// <summary>
/// A random change of a training picture, such as a flip. It draws from the <see cref="Random"/> that it is given alone, which follows
/// from seed, epoch and index: so a picture is the same with any number of workers, and after a resume.
/// </summary>
/// <remarks>
/// Those of <see cref="Augmentations"/> do what torchvision's transforms of the same names do to pictures of floating numbers. One of your
/// own derives from this class, or is a function: <see cref="Augmentations.Of"/>.
/// </remarks>
/// <example><code>
/// sealed class Noise(double deviation) : Augmentation
/// {
///     public override bool IsAfterNormalization => true;
///
///     public override string? Identity => $"Noise({deviation})";
///
///     public override Tensor Apply(Tensor picture, Random random)
///     {
///         using var generator = new Generator((ulong)random.NextInt64());
///         return picture + deviation * randn(picture.shape, generator: generator);
///     }
/// }
/// </code></example>
public abstract class Augmentation
{
    /// <summary>
    /// Whether it is shown a picture as the model is, after normalization, and not from 0 to 1. It then follows on all that are not,
    /// whatever its place in a list.
    /// </summary>
    public virtual bool IsAfterNormalization => false;

    /// <summary>
    /// Name and options: what a resume compares, and what features are found by that are kept. Null, the default, where nobody can tell
    /// what it does from text.
    /// </summary>
    public virtual string? Identity => null;

    /// <summary>Changes a picture.</summary>
    /// <param name="picture">Of shape [1 or 3, height, width], in single precision; it is not written to.</param>
    /// <param name="random">All that is random comes from here.</param>
    /// <returns>The picture, changed or not; what is random about it is drawn either way.</returns>
    public abstract Tensor Apply(Tensor picture, Random random);

    /// <summary>Name and options.</summary>
    public override string ToString() => Identity ?? GetType().Name;
}
