namespace FineTune;

/// <summary>What makes probabilities of an output, by what it was trained with.</summary>
internal static class LossActivation
{
    /// <summary>That of the output which a loss compares.</summary>
    public static OutputActivation Of(Loss? loss) => loss switch
    {
        BinaryCrossEntropyLoss => OutputActivation.Sigmoid,
        CategoricalCrossEntropyLoss => OutputActivation.Softmax,
        _ => OutputActivation.None,
    };
}
