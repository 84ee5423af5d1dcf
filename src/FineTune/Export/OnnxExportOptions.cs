namespace FineTune;

/// <summary>How a model is written for other programs.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>
    /// Whether the outputs are probabilities: where the loss is a cross-entropy, which takes logits, a softmax (or for
    /// <c>Losses.BinaryCrossEntropyWithLogits</c> a sigmoid) follows the output that it looks at. By default the outputs are the model's
    /// own.
    /// </summary>
    public bool Probabilities { get; init; }

    /// <summary>
    /// A batch of each input, [N, …], from which the shapes of inputs are taken; it stays the caller's. By default a sample of the data
    /// that the model was trained on last.
    /// </summary>
    public Tensors? ExampleInputs { get; init; }
}
