namespace FineTune;

/// <summary>What makes probabilities of a model's output.</summary>
public enum OutputActivation
{
    /// <summary>Nothing: the output is no probability, as with a mean squared error.</summary>
    None,

    /// <summary>
    /// The logistic function, as with a binary cross-entropy: of one number the probability of the second of two classes; of several,
    /// that of each label by itself.
    /// </summary>
    Sigmoid,

    /// <summary>The softmax over all classes, as with a categorical cross-entropy.</summary>
    Softmax,
}
