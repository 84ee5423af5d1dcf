namespace FineTune.SampleSupport;

/// <summary>The accuracy on another task, with the backbone as it was pre-trained and as it was fine-tuned.</summary>
public sealed record Forgetting(double Before, double After);
