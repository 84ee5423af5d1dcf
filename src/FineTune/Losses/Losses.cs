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

    /// <summary>
    /// A loss for each of several outputs, by the names of the tuple that <c>forward</c> returns, added up: Σ weight · mean. An output
    /// that is left out is not trained on. Each loss stands in the history by itself as well, as <c>class_loss</c>.
    /// </summary>
    /// <param name="terms">
    /// The output's name, its loss, and how much that counts. The first takes the first target of a sample, the second the second.
    /// </param>
    /// <remarks>
    /// A mean over a batch divides by the samples that count in it. Where some do not, as with an ignored index, the mean over an epoch is
    /// that of its batches; the values of the single losses are exact.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no term, an output stands twice, or a term is a weighted loss itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not finite.</exception>
    /// <example><code>
    /// // forward returns (Tensor Class, Tensor Box), and samples are new Sample(picture, [label, box])
    /// model.Compile(
    ///     Optimizers.Adam(),
    ///     Losses.Weighted(("class", Losses.CategoricalCrossEntropy(), 1.0), ("box", Losses.MeanSquaredError(), 0.5)),
    ///     Metrics.CategoricalAccuracy().On("class"));
    /// </code></example>
    public static Loss Weighted(params (string Output, Loss Loss, double Weight)[] terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return WeightedOf([.. terms.Select(term => ((string?)term.Output, term.Loss, term.Weight))]);
    }

    /// <summary>The same by position: the first loss is that of the first output and of the first target.</summary>
    /// <param name="terms">The loss of each output, and how much it counts.</param>
    /// <exception cref="ArgumentException">There is no term, or a term is a weighted loss itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not finite.</exception>
    public static Loss Weighted(params (Loss Loss, double Weight)[] terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return WeightedOf([.. terms.Select(term => ((string?)null, term.Loss, term.Weight))]);
    }

    private static WeightedLoss WeightedOf((string? Output, Loss Loss, double Weight)[] terms)
    {
        if (terms.Length == 0)
        {
            throw new ArgumentException("Losses.Weighted needs at least one loss.", nameof(terms));
        }

        foreach (var (output, loss, weight) in terms)
        {
            ArgumentNullException.ThrowIfNull(loss, nameof(terms));
            ThrowUnlessWeight(weight, nameof(terms));
            if (loss is JointLoss)
            {
                throw new ArgumentException(
                    $"The loss {loss.Name} looks at several outputs, and cannot be the loss of one in Losses.Weighted.", nameof(terms));
            }

            if (output is not null && terms.Count(term => string.Equals(term.Output, output, StringComparison.OrdinalIgnoreCase)) > 1)
            {
                throw new ArgumentException($"The output '{output}' stands twice in Losses.Weighted; it can have one loss.", nameof(terms));
            }
        }

        return new WeightedLoss(terms);
    }

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
