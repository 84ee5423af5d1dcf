using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>What a model made of a sample.</summary>
/// <param name="Index">Which sample.</param>
/// <param name="Wanted">Its class.</param>
/// <param name="Predicted">The class that it was taken for.</param>
/// <param name="ProbabilityOfWanted">How probable the model held its own class for.</param>
/// <param name="ProbabilityOfPredicted">The same of the class that it was taken for.</param>
internal readonly record struct ClassAnswer(
    int Index, int Wanted, int Predicted, double ProbabilityOfWanted, double ProbabilityOfPredicted)
{
    public bool IsRight => Wanted == Predicted;

    /// <summary>The answers to a batch.</summary>
    /// <param name="indices">Which samples.</param>
    /// <param name="pairs">What each is and what it was taken for.</param>
    /// <param name="output">The logits, one or one for each class.</param>
    /// <param name="loss">The loss: of several logits that a binary cross-entropy compares, each is a probability by itself.</param>
    public static IEnumerable<ClassAnswer> Of(
        IReadOnlyList<int> indices, IReadOnlyList<(int Wanted, int Predicted)> pairs, Tensor output, Loss loss)
    {
        using var scope = NewDisposeScope();
        var logits = output.reshape(indices.Count, -1).to_type(ScalarType.Float64);
        var classes = (int)logits.size(1);
        var probabilities = (classes == 1 || loss is BinaryCrossEntropyLoss ? logits.sigmoid() : logits.softmax(1)).Values<double>();
        return [.. indices.Select((index, row) =>
        {
            var (wanted, predicted) = pairs[row];
            return new ClassAnswer(index, wanted, predicted, Of(row, wanted), Of(row, predicted));
        })];

        double Of(int row, int number) => classes > 1 ? probabilities[row * classes + number]
            : number == 1 ? probabilities[row]
            : 1 - probabilities[row];
    }
}
