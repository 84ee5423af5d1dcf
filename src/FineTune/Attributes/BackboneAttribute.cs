namespace FineTune;

/// <summary>
/// Marks the pre-trained part of a model: what <c>FreezeBackbone</c> freezes, what <c>UnfreezeLast</c> counts
/// the layers of, and what <c>LoadBackbone</c> fills from a weights file.
/// </summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class BackboneAttribute : Attribute
{
    /// <summary>
    /// What normalization layers with running statistics do once they are unfrozen. By default they stay in
    /// inference mode, because small fine-tuning batches would overwrite what pre-training measured.
    /// </summary>
    public BatchNormMode BatchNorm { get; set; } = BatchNormMode.Inference;
}
