using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>One example: what the model sees, and what it should answer.</summary>
/// <param name="Input">Without the batch dimension, for example a picture of shape [3, height, width].</param>
/// <param name="Target">Without the batch dimension, for example a class index of shape [].</param>
public readonly record struct Sample(Tensor Input, Tensor Target);
