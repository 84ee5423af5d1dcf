namespace FineTune;

/// <summary>The losses that a model can be compiled with. Cross-entropies take logits: the model ends without sigmoid or softmax.</summary>
public static class Losses
{
    /// <summary>
    /// Binary cross-entropy from logits. Output [N] or [N, 1] (or [N, labels]), targets 0 or 1 of any type in the
    /// same shape or without the 1.
    /// </summary>
    /// <param name="labelSmoothing">How far targets move towards one half, in [0, 1).</param>
    /// <param name="positiveWeight">How much a target of 1 counts against one of 0 (PyTorch's <c>pos_weight</c>).</param>
    public static Loss BinaryCrossEntropyWithLogits(double labelSmoothing = 0, double? positiveWeight = null)
    {
        ThrowUnlessSmoothing(labelSmoothing);
        if (positiveWeight is { } stated)
        {
            ThrowUnlessWeight(stated, nameof(positiveWeight));
        }

        return new BinaryCrossEntropyLoss(labelSmoothing, positiveWeight);
    }

    /// <summary>
    /// Categorical cross-entropy from logits. Output [N, classes] (or [N, classes, …]), targets class indices [N], whole
    /// numbers of any type, or probabilities [N, classes] of a floating one.
    /// </summary>
    /// <param name="labelSmoothing">How much of each target is spread evenly over the classes, in [0, 1).</param>
    /// <param name="classWeights">How much each class counts; means divide by the weights of the wanted classes.</param>
    /// <param name="ignoreIndex">The target of samples that count neither in the loss nor in metrics.</param>
    public static Loss CategoricalCrossEntropy(
        double labelSmoothing = 0, IReadOnlyList<double>? classWeights = null, long ignoreIndex = -100)
    {
        ThrowUnlessSmoothing(labelSmoothing);
        foreach (var weight in classWeights ?? [])
        {
            ThrowUnlessWeight(weight, nameof(classWeights));
        }

        return new CategoricalCrossEntropyLoss(labelSmoothing, classWeights, ignoreIndex);
    }

    /// <summary>The mean of squared differences. Output and targets of the same shape, [N] and [N, 1] being the same.</summary>
    public static Loss MeanSquaredError() => new MeanSquaredErrorLoss();

    private static void ThrowUnlessSmoothing(double labelSmoothing)
    {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing,
                "Label smoothing must be at least 0 and below 1.");
        }
    }

    private static void ThrowUnlessWeight(double weight, string parameter)
    {
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw new ArgumentOutOfRangeException(parameter, weight, "A weight must be finite and not negative.");
        }
    }
}
