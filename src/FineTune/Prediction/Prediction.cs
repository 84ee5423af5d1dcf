using System.Globalization;

namespace FineTune;

/// <summary>What a <see cref="Predictor"/> says of one picture, text or other sample.</summary>
/// <example><code>
/// Prediction pet = predictor.Predict("photo.jpg");
/// Console.WriteLine($"{pet.Label}: {pet.Probability:P1}");                       // cat: 98.2 %
/// foreach (var (label, probability) in pet.Probabilities.Take(5)) { … }
/// </code></example>
public sealed class Prediction
{
    internal Prediction(IReadOnlyList<float> values, IReadOnlyList<ClassProbability> probabilities)
    {
        Values = values;
        Probabilities = probabilities;
    }

    /// <summary>The name of the most probable class.</summary>
    /// <exception cref="InvalidOperationException">The model tells no classes apart.</exception>
    public string Label => Best.Label;

    /// <summary>How probable that class is, from 0 to 1.</summary>
    /// <exception cref="InvalidOperationException">The model tells no classes apart.</exception>
    public double Probability => Best.Probability;

    /// <summary>
    /// All classes, the most probable first. They sum to 1, except those of a model of several labels, each of which is there or not.
    /// Empty where the model tells no classes apart.
    /// </summary>
    public IReadOnlyList<ClassProbability> Probabilities { get; }

    /// <summary>The output as the model gave it, in its order: logits where there are classes.</summary>
    public IReadOnlyList<float> Values { get; }

    /// <summary>
    /// Of a model of several outputs each of them, by the names that the model's <c>forward</c> gives them; this prediction itself is that
    /// of the output of classes, or of the first where not exactly one is compared by a cross-entropy. Empty where there is one output.
    /// </summary>
    public IReadOnlyDictionary<string, Prediction> Outputs { get; internal init; } = new Dictionary<string, Prediction>();

    private ClassProbability Best => Probabilities is [var best, ..] ? best : throw new InvalidOperationException(
        "The model tells no classes apart, so there is no most probable one; take Values.");

    /// <summary>The class and its probability, as <c>cat (0.982)</c>, or the values where there are no classes.</summary>
    public override string ToString() => Probabilities is [var best, ..]
        ? string.Create(CultureInfo.InvariantCulture, $"{best.Label} ({best.Probability:F3})")
        : string.Join(", ", Values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
