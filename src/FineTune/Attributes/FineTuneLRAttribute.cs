namespace FineTune;

/// <summary>
/// The learning rate of the fine-tuning phase, for a whole model or for one of its members, which goes before
/// the model's. Choose a tenth of the head's rate or less.
/// </summary>
/// <param name="learningRate">A finite, positive learning rate.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class FineTuneLRAttribute(double learningRate) : Attribute
{
    /// <summary>The learning rate.</summary>
    public double LearningRate { get; } = learningRate;
}
