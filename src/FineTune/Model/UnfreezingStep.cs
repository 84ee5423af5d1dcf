namespace FineTune;

/// <summary>One step of gradual unfreezing.</summary>
/// <param name="Phase">What trains.</param>
/// <param name="Epochs">For how many epochs.</param>
public sealed record UnfreezingStep(Phase Phase, int Epochs);
